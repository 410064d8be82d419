// @ts-check
// Places an order without leaving the page. Without script the form's answer leads back here.
import { $, requestHTML, showProblem, toast, uuid } from '../core/index.js'
import { showPlaced } from './orders.js'

const form = $('form[data-order-form]')

/** Shows what is wrong at each field. @param {Record<string, string>} errors */
function showErrors(errors) {
  for (const field of form?.querySelectorAll('input, select') ?? []) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement)) continue
    field.setCustomValidity(errors[field.name] ? `This ${errors[field.name]}.` : '')
  }
  form?.reportValidity()
}

/** Clears the form and gives it another clientId, so that the next order is not taken for a retry. */
function reset() {
  const id = form && $('input[name=clientId]', form)
  form?.reset()
  if (id) id.value = uuid()
}

/** @param {SubmitEvent} event */
async function submit(event) {
  event.preventDefault()
  const data = Object.fromEntries(new FormData(form ?? undefined))
  const answer = await requestHTML({ method: 'POST', url: '/api/orders', data })
  if (!answer.error) {
    showPlaced(answer.body)
    reset()
    return toast({ title: 'Order placed', icon: 'circle-check', tone: 'ok' })
  }
  if (answer.body.errors) return showErrors(answer.body.errors)
  showProblem('Order not placed', answer)
}

form?.addEventListener('submit', submit)
form?.addEventListener('input', () => showErrors({}))
