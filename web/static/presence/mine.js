// @ts-check
// The user's own status, in the account menu: a choice is saved at once, the text by its button.
import { $, apply, listen, parse, socket } from '../core/index.js'
import { show } from './show.js'

const HTML = { Accept: 'text/html' }

/**
 * Fetches the form again: another tab may have changed the status. A form that is the same stays, because a click on
 * one that is replaced between press and release is lost.
 */
async function refresh() {
  const answer = await socket?.request({ url: '/people/me/status', headers: HTML })
  if (!answer || answer.error) return
  const [form] = parse(answer.body)
  if (!form || document.getElementById(form.id)?.outerHTML !== form.outerHTML) apply(answer.body)
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} submitter */
async function save(form, submitter) {
  const { status, text } = Object.fromEntries(new FormData(form))
  const clears = submitter?.getAttribute('name') === 'clear'
  const data = { status, text: clears ? '' : text }
  const answer = await /** @type {import('../socket/types').Socket} */ (socket).post('/api/presence/status', data)
  if (!answer.error) {
    show(answer.body.id, answer.body)
    return refresh()
  }
  const problem = /** @type {HTMLElement} */ ($('[data-status-problem]', form))
  const reason = Object.values(answer.body?.errors ?? {})[0] ?? answer.body?.detail ?? 'No connection'
  problem.textContent = `Not saved. ${reason}`
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
