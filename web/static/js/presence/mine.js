// @ts-check
// One's own status, in the account menu: a choice counts at once, the text with its button.
import { $, apply, listen, socket } from '../app.js'
import { show } from './show.js'

const HTML = { Accept: 'text/html' }

/** As it is now, perhaps by another tab. */
async function refresh() {
  const answer = await socket?.request({ url: '/people/me/status', headers: HTML })
  if (answer && !answer.error) apply(answer.body)
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} submitter */
async function save(form, submitter) {
  const { status, text } = Object.fromEntries(new FormData(form))
  const clears = submitter?.getAttribute('name') === 'clear'
  const answer = await /** @type {import('../types').Socket} */ (socket).post('/api/presence/status', { status, text: clears ? '' : text })
  if (!answer.error) {
    show(answer.body.id, answer.body)
    return refresh()
  }
  const problem = /** @type {HTMLElement} */ ($('[data-status-problem]', form))
  problem.textContent = `Not saved. ${Object.values(answer.body?.errors ?? {})[0] ?? answer.body?.detail ?? 'No connection'}`
  problem.hidden = false
}

$('#me')?.addEventListener('beforetoggle', event => {
  if (/** @type {ToggleEvent} */ (event).newState === 'open' && socket?.isConnected()) refresh()
})
listen('change', '[data-status-form] [name=status]', choice => /** @type {HTMLInputElement} */ (choice).form?.requestSubmit())
listen('submit', '[data-status-form]', (form, event) => {
  event.preventDefault()
  save(/** @type {HTMLFormElement} */ (form), /** @type {SubmitEvent} */ (event).submitter)
})
