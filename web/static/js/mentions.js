// @ts-check
// "@" offers people: the arrows choose, Enter or Tab takes, Escape closes. The caret stays in the text.
// One popup serves every box of the page.
import { $, $$, el } from './app.js'

const AT_MOST = 6
const QUIET_MS = 80

/** @typedef {{ id: number, fullName: string, handle: string }} Person */

const popup = /** @type {HTMLElement} */ ($('#mentions'))
/** Where somebody writes. @type {HTMLTextAreaElement | undefined} */
let box
let asked = 0
let timer = 0

/** What is being written after an "@" that begins a word; undefined elsewhere. */
function query() {
  if (!box || box.selectionStart !== box.selectionEnd) return
  return /(?:^|[^\p{L}\p{N}_@])@([\p{L}\p{N}_.-]{0,30})$/u.exec(box.value.slice(0, box.selectionStart))?.[1]
}

const isOpen = () => popup.matches(':popover-open')

function look() {
  clearTimeout(timer)
  const text = query()
  if (text === undefined) return close()
  timer = setTimeout(() => ask(text), QUIET_MS)
}

/** By HTTP, because asking over the socket is following. @param {string} text */
async function ask(text) {
  const number = ++asked
  const people = await fetch(`/api/users?limit=${AT_MOST}&query=${encodeURIComponent(text)}`)
    .then(answer => answer.ok ? answer.json() : []).catch(() => [])
  if (number === asked && query() !== undefined) offer(people)
}

/** @param {Person[]} people */
function offer(people) {
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

/** As the page has it already, or in the colour that the server would give. @param {Person} person */
function avatarOf({ id, fullName }) {
  const hue = $(`[data-person="${id}"]`)?.dataset.hue ?? hueOf(id)
  const initials = fullName.split(/\s+/).slice(0, 2).map(word => [...word][0]?.toUpperCase()).join('')
  return el('span', { class: 'avatar sm', 'data-hue': hue, 'aria-hidden': 'true' }, initials)
}

/** FNV-1a, as in account.go. @param {number} id */
function hueOf(id) {
  let hash = 0x811c9dc5
  for (const digit of String(id)) hash = Math.imul(hash ^ digit.charCodeAt(0), 0x01000193) >>> 0
  return hash % 8 + 1
}

const options = () => $$('[role=option]', popup)
const selected = () => options().findIndex(row => row.ariaSelected === 'true')

/** @param {number} index */
function select(index) {
  const all = options(), chosen = all.at(index % all.length)
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
  asked++
  clearTimeout(timer)
  if (isOpen()) popup.hidePopover()
  box?.removeAttribute('aria-activedescendant')
}

/** @param {KeyboardEvent} event */
function keyed(event) {
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
  box = /** @type {HTMLTextAreaElement} */ (currentTarget)
  look()
}

/**
 * Offers people in a box. Call it before other listeners of its keys: an Enter that chooses somebody sends nothing.
 * @param {HTMLTextAreaElement} field
 */
export function watchMentions(field) {
  for (const [name, value] of Object.entries({ 'aria-controls': 'mentions', 'aria-autocomplete': 'list', 'aria-haspopup': 'listbox' })) field.setAttribute(name, value)
  field.addEventListener('keydown', keyed)
  field.addEventListener('input', begin)
  field.addEventListener('click', begin)
  field.addEventListener('blur', close)
}
