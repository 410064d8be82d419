// @ts-check
// The log: rows in the order of their ids, the newest at the end, and a reader who is never moved.
// It is column-reverse: scrollTop 0 is the end, and what is older is negative.
import { $, $$, el, place, showTimes } from '../app.js'
import { list, log } from './room.js'
import { dayOf, follows, idOf } from './row.js'

const NEAR_PX = 100
const KEEP = 300 // rows: more make a page slow

export const rows = () => $$('.message', list)
const stored = () => $$('.message[data-order]', list)

export const nearEnd = () => log.scrollTop > -NEAR_PX
export const toEnd = () => { log.scrollTop = 0 }

/** @param {'older' | 'newer'} name */
export const edge = name => /** @type {HTMLElement} */ ($(`[data-edge="${name}"]`, list))

/** Whether the log ends with the room's newest message. */
export const upToDate = () => !!edge('newer').hidden

/** @param {'older' | 'newer'} name @param {boolean} more */
export function setEdge(name, more) {
  edge(name).hidden = !more
  const beginning = $('[data-beginning]', list)
  if (name === 'older' && beginning) beginning.hidden = more
}

export const first = () => stored().at(0)
export const last = () => stored().at(-1)

/** Changes the log while what is being read stays where it is. At the end, the browser sees to that. @param {() => void} change */
export function keepPlace(change) {
  const top = log.getBoundingClientRect().top
  const anchor = nearEnd() && upToDate() ? undefined : rows().find(row => row.getBoundingClientRect().bottom > top)
  const before = anchor?.getBoundingClientRect().top ?? 0
  change()
  const now = anchor?.isConnected ? anchor : document.getElementById(anchor?.id ?? '')
  if (now) log.scrollTop += now.getBoundingClientRect().top - before
}

/**
 * Shows rows that came, as far as they belong to what is shown. A row that is there already is replaced by its newer self.
 * @param {HTMLElement[]} elements @param {{ stick?: boolean }} [options] stick: go to the end with them
 */
export function show(elements, { stick = false } = {}) {
  const fitting = elements.filter(belongs)
  if (stick) {
    fitting.forEach(put)
    tidy()
    toEnd()
  } else keepPlace(() => { fitting.forEach(put); tidy() })
  return fitting
}

/** @param {HTMLElement} row */
function belongs(row) {
  if (row.hasAttribute('data-remove')) return true
  const old = document.getElementById(row.id)
  if (old) return Number(old.dataset.seq) <= Number(row.dataset.seq)
  const [from, to] = [first(), last()]
  const before = from && idOf(row) < idOf(from) && !edge('older').hidden
  const after = to && idOf(row) > idOf(to) && !upToDate()
  return !before && !after
}

/** A row that was shown before the server had it gives way to the real one. @param {HTMLElement} row */
function put(row) {
  const { clientId } = row.dataset
  const pending = clientId ? $(`.message:not([id])[data-client-id="${clientId}"]`, list) : null
  const focused = pending?.contains(document.activeElement)
  pending?.remove()
  const old = row.id ? document.getElementById(row.id) : null
  if (old?.classList.contains('is-target')) row.classList.add('is-target')
  place(row)
  if (focused) row.focus({ preventScroll: true })
}

/** Puts a row at the very end: one that the server does not have yet. @param {HTMLElement} row */
export function append(row) {
  list.append(row)
  tidy()
  toEnd()
}

/** Shows these rows instead of what is there, but for what is still to be sent. @param {HTMLElement[]} elements @param {{ older: boolean, newer: boolean }} more */
export function replaceAll(elements, more) {
  for (const row of stored()) row.remove()
  $('[data-unread]', list)?.remove()
  setEdge('older', more.older)
  setEdge('newer', false)
  elements.forEach(put)
  setEdge('newer', more.newer)
  tidy()
}

/** Trims the far side, and sets the dividers and groups right. */
export function tidy() {
  trim()
  arrange()
}

function trim() {
  const all = stored(), extra = all.length - KEEP
  if (extra <= 0) return
  const far = nearEnd() ? all.slice(0, extra) : all.slice(-extra)
  for (const row of far) row.remove()
  setEdge(nearEnd() ? 'older' : 'newer', true)
}

function arrange() {
  const dividers = new Map($$('.divider.day', list).map(divider => [dayOf($('time', divider)?.getAttribute('datetime') ?? ''), divider]))
  /** @type {HTMLElement | undefined} */
  let before
  for (const row of rows()) {
    const day = dayOf(row.dataset.created), isNewDay = !before || day !== dayOf(before.dataset.created)
    const unread = row.previousElementSibling?.matches('[data-unread]') ? row.previousElementSibling : null
    if (isNewDay) {
      putBefore(dividers.get(day) ?? dayDivider(row), unread ?? row)
      dividers.delete(day)
    }
    row.classList.toggle('is-grouped', !isNewDay && !unread && !!before && follows(row, before))
    before = row
  }
  for (const divider of dividers.values()) divider.remove()
  const end = last()
  if (end && end.nextElementSibling !== edge('newer')) end.after(edge('newer'))
}

/** @param {Element} divider @param {Element} row */
function putBefore(divider, row) {
  if (row.previousElementSibling !== divider) row.before(divider)
}

/** @param {HTMLElement} row */
function dayDivider(row) {
  const divider = el('li', { class: 'divider day' }, el('h2', {}, el('time', { class: 'num', datetime: row.dataset.created, 'data-time': 'day' })))
  showTimes(divider)
  return divider
}

/** Brings a row into view, a third from the top, and marks it. @param {HTMLElement} row */
export function reveal(row) {
  for (const other of $$('.is-target', list)) other.classList.remove('is-target')
  row.classList.add('is-target')
  bring(row)
}

/** @param {Element} element */
export function bring(element) {
  const box = log.getBoundingClientRect()
  log.scrollTop += element.getBoundingClientRect().top - box.top - box.height / 3
}
