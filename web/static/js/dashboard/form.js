// @ts-check
// A new order, without leaving the page. Without script the form brings its maker back here.
import { $, toast, socket, uuid } from '../app.js'
import { made } from './orders.js'

const HTML = { Accept: 'text/html' }

const form = /** @type {HTMLFormElement | null} */ ($('[data-order-form]'))

/** The fields that are wrong say why. @param {Record<string, string>} errors */
function explain(errors) {
  for (const field of form?.querySelectorAll('input, select') ?? []) {
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.setCustomValidity(errors[field.name] ? `This ${errors[field.name]}.` : '')
  }
  form?.reportValidity()
}

/** The next order is another one, whatever is in it. */
function renew() {
  const id = form && /** @type {HTMLInputElement | null} */ ($('[name=clientId]', form))
  form?.reset()
  if (id) id.value = uuid()
}

/** @param {SubmitEvent} event */
async function submit(event) {
  event.preventDefault()
  const data = Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (form)))
  const answer = await socket?.request({ method: 'POST', url: '/api/orders', data, headers: HTML })
  if (answer && !answer.error) {
    made(answer.body)
    renew()
    return toast({ title: 'Order placed', icon: 'circle-check', tone: 'ok' })
  }
  if (answer?.body?.errors) return explain(answer.body.errors)
  toast({ title: 'Not placed', body: answer?.body?.detail || 'No connection.', icon: 'circle-alert', tone: 'bad' })
}

form?.addEventListener('submit', submit)
form?.addEventListener('input', () => explain({}))
