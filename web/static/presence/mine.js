// @ts-check
// The user's own status, in the account menu: a choice is saved at once, the text by its button.
import { $, apply, listen, need, parse, problem, requestHTML, socket } from '../core/index.js'
import { show } from './show.js'

/**
 * Fetches the form again: another tab may have changed the status. A form that is the same stays, because a click on
 * one that is replaced between press and release is lost.
 */
async function refresh() {
  const answer = await requestHTML({ url: '/people/me/status' })
  if (answer.error) return
  const [form] = parse(answer.body)
  if (!form || document.getElementById(form.id)?.outerHTML !== form.outerHTML) apply(answer.body)
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} submitter */
async function save(form, submitter) {
  const { status, text } = Object.fromEntries(new FormData(form))
  const clears = submitter?.getAttribute('name') === 'clear'
  const data = { status, text: clears ? '' : text }
  const answer = await io.socket.post('/api/presence/status', data)
  if (!answer.error) {
    show(answer.body.id, answer.body)
    return refresh()
  }
  const place = need('[data-status-problem]', form)
  place.textContent = `Not saved. ${problem(answer, 'The text')}`
  place.hidden = false
}

$('#me')?.addEventListener('beforetoggle', event => {
  if (event.newState === 'open' && socket?.isConnected()) refresh()
})
listen('change', '[data-status-form] input[name=status]', choice => choice.form?.requestSubmit())
listen('submit', 'form[data-status-form]', (form, event) => {
  event.preventDefault()
  save(form, event.submitter)
})
