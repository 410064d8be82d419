// @ts-check
// Changes an order's status. The page shows the change at once, and takes it back if the server refuses it. Only the
// pages of users who may change orders have the menu's template.
import { $, $$, closest, listen, need, parse, requestHTML, showProblem } from '../core/index.js'
import { update } from './orders.js'

const template = $('template#order-menu')

/** Gives a row the menu for its status. A menu that is open stays until it is closed. @param {HTMLElement} row */
export function updateMenu(row) {
  const place = $('[data-menu]', row)
  if (!template || !place || place.querySelector(':popover-open')) return row
  const menu = document.importNode(template.content, true)
  const focused = place.contains(document.activeElement)
  for (const choice of $$('[data-from]', menu)) if (choice.dataset.from !== row.dataset.status) choice.remove()
  if ($('[data-from]', menu)) place.replaceChildren(fillMenu(menu, row))
  else place.replaceChildren()
  if (focused) ($('button', place) ?? $('[data-orders-region]'))?.focus({ preventScroll: true })
  return row
}

/** @param {DocumentFragment} menu @param {HTMLElement} row */
function fillMenu(menu, row) {
  const { id } = row.dataset
  const form = $('form', menu)
  const button = $('[popovertarget]', menu)
  form?.setAttribute('id', `order-${id}-menu`)
  form?.setAttribute('action', `/dashboard/orders/${id}/status`)
  button?.setAttribute('popovertarget', `order-${id}-menu`)
  button?.setAttribute('aria-label', `Change order ${id}`)
  return menu
}

/** @param {HTMLElement} row @param {string} status */
function showStatus(row, status) {
  const badges = need('template#order-badges').content
  const badge = $(`[data-status="${status}"] > .badge`, badges)?.cloneNode(true)
  if (badge) $('.badge', row)?.replaceWith(badge)
  row.dataset.status = status
}

/** @param {HTMLElement} row @param {string} status */
async function changeStatus(row, status) {
  const before = String(row.dataset.status)
  const { version, id } = row.dataset
  showStatus(row, status)
  $('[popover]', row)?.hidePopover()
  const answer = await requestHTML({ method: 'PATCH', url: `/api/orders/${id}`, data: { status } })
  if (!answer.error) return parse(answer.body).forEach(update)
  if (row.dataset.version === version) showStatus(row, before) // otherwise an event has brought a newer status
  updateMenu(row)
  showProblem(`Order ${id} not changed`, answer)
}

listen('submit', '[data-orders] form', (form, event) => {
  const choice = event.submitter
  const row = form.closest('tr')
  event.preventDefault()
  if (row && choice) changeStatus(row, choice.getAttribute('value') ?? '')
})
document.addEventListener('toggle', event => {
  const row = closest(event.target, 'tr')
  if (row && event.newState === 'closed') updateMenu(row)
}, true)
