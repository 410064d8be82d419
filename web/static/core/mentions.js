// @ts-check
// Completes "@" with users: the arrow keys select, Enter or Tab inserts, Escape closes. The focus stays in the text.
// One popup serves every text box of the page.
import { $, $$, el, hueOf, initials, need } from './index.js'

const AT_MOST = 6
const DEBOUNCE_MS = 80

/** @typedef {import('../protocol').account.Profile} Person */

const popup = need('#mentions')
/** The text box that has the focus, or had it last. @type {HTMLTextAreaElement | undefined} */
let box
let lastRequest = 0 // its number: an older request's answer is ignored
let timer = 0

/** The text between the caret and an "@" that begins a word; undefined if there is none. */
function query() {
  if (!box || box.selectionStart !== box.selectionEnd) return
  return /(?:^|[^\p{L}\p{N}_@])@([\p{L}\p{N}_.-]{0,30})$/u.exec(box.value.slice(0, box.selectionStart))?.[1]
}

const isOpen = () => popup.matches(':popover-open')

function lookUp() {
  clearTimeout(timer)
  const text = query()
  if (text === undefined) return close()
  timer = setTimeout(() => fetchPeople(text), DEBOUNCE_MS)
}

/** Searches by HTTP, because a request over the socket would subscribe to the users. @param {string} text */
async function fetchPeople(text) {
  const number = ++lastRequest
  const people = await fetch(`/api/users?limit=${AT_MOST}&query=${encodeURIComponent(text)}`)
    .then(answer => answer.ok ? answer.json() : []).catch(() => [])
  if (number === lastRequest && query() !== undefined) showPeople(people)
}

/** @param {Person[]} people */
function showPeople(people) {
  popup.replaceChildren(...people.slice(0, AT_MOST).map(option))
  if (!people.length) return close()
  if (!isOpen()) popup.showPopover()
  select(0)
}

/** @param {Person} person @param {number} index */
function option(person, index) {
  const row = el('div', { role: 'option', id: `mention-${index}`, class: 'menu-item', 'data-handle': person.handle })
  row.append(avatarOf(person), el('b', {}, person.fullName), el('span', { class: 'muted' }, `@${person.handle}`))
  row.addEventListener('pointerdown', event => { event.preventDefault(); take(row) })
  return row
}

/** The avatar, in the colour that the page shows already or the server would choose. @param {Person} person */
function avatarOf({ id, fullName }) {
  const hue = $(`[data-person="${id}"]`)?.dataset.hue ?? hueOf(id)
  return el('span', { class: 'avatar sm', 'data-hue': hue, 'aria-hidden': 'true' }, initials(fullName))
}

const options = () => $$('[role=option]', popup)
const selected = () => options().findIndex(row => row.ariaSelected === 'true')

/** @param {number} index */
function select(index) {
  const all = options()
  const chosen = all.at(index % all.length)
  for (const row of all) row.ariaSelected = String(row === chosen)
  chosen?.scrollIntoView({ block: 'nearest' })
  box?.setAttribute('aria-activedescendant', chosen?.id ?? '')
}

/** @param {HTMLElement} row */
function take(row) {
  if (!box) return
  const before = (query() ?? '').length + 1
  box.focus()
  box.setRangeText(`@${row.dataset.handle} `, box.selectionStart - before, box.selectionEnd, 'end')
  box.dispatchEvent(new Event('input', { bubbles: true }))
  close()
}

function close() {
  lastRequest++
  clearTimeout(timer)
  if (isOpen()) popup.hidePopover()
  box?.removeAttribute('aria-activedescendant')
}

/** @param {KeyboardEvent} event */
function onKeydown(event) {
  if (!isOpen() || event.isComposing) return
  const at = selected()
  if (event.key === 'ArrowDown') select(at + 1)
  else if (event.key === 'ArrowUp') select(at - 1)
  else if (event.key === 'Enter' || event.key === 'Tab') take(options()[at])
  else if (event.key === 'Escape') close()
  else return
  event.preventDefault()
  event.stopImmediatePropagation()
}

/** @param {Event} event */
function begin({ currentTarget }) {
  if (currentTarget instanceof HTMLTextAreaElement) box = currentTarget
  lookUp()
}

/**
 * Completes mentions in a text box. It must be called before other keydown listeners are added: the Enter that inserts
 * a mention must not send the message.
 * @param {HTMLTextAreaElement} field
 */
export function watchMentions(field) {
  field.setAttribute('aria-controls', 'mentions')
  field.setAttribute('aria-autocomplete', 'list')
  field.setAttribute('aria-haspopup', 'listbox')
  field.addEventListener('keydown', onKeydown)
  field.addEventListener('input', begin)
  field.addEventListener('click', begin)
  field.addEventListener('blur', close)
}
