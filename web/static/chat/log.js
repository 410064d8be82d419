// @ts-check
// The log: rows in the order of their ids, the newest at the end. A change never moves the row that the user reads.
// The log's layout is column-reverse: scrollTop is 0 at the end and negative above it.
import { $, $$, el, need, place, showTimes } from '../core/index.js'
import { list, log } from './room.js'
import { dayOf, follows, idOf } from './row.js'

const NEAR_PX = 100
const KEEP = 300 // rows; more would make the page slow

export const rows = () => $$('.message', list)
const stored = () => $$('.message[data-order]', list)

export const nearEnd = () => log.scrollTop > -NEAR_PX
export const toEnd = () => { log.scrollTop = 0 }

/** @typedef {'older' | 'newer'} Edge an end of the part of the history that is shown */

/** @param {Edge} name */
export const edge = name => need(`[data-edge="${name}"]`, list)

/** Reports whether the log ends with the room's newest message. */
export const upToDate = () => !!edge('newer').hidden

/** @param {Edge} name @param {boolean} more */
export function setEdge(name, more) {
  edge(name).hidden = !more
  const beginning = $('[data-beginning]', list)
  if (name === 'older' && beginning) beginning.hidden = more
}

export const first = () => stored().at(0)
export const last = () => stored().at(-1)

/**
 * Changes the log and keeps the topmost visible row where it is. At the log's end the browser does that itself.
 * @param {() => void} change
 */
export function keepPlace(change) {
  const top = log.getBoundingClientRect().top
  const anchor = nearEnd() && upToDate() ? undefined : rows().find(row => row.getBoundingClientRect().bottom > top)
  const before = anchor?.getBoundingClientRect().top ?? 0
  change()
  const now = anchor?.isConnected ? anchor : document.getElementById(anchor?.id ?? '')
  if (now) log.scrollTop += now.getBoundingClientRect().top - before
}

/**
 * Shows rows if they fall into the part of the history that is shown, and returns those. A newer state of a row
 * replaces the older.
 * @param {HTMLElement[]} elements @param {{ stick?: boolean }} [options] stick: scroll to the end afterwards
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
  const from = first()
  const to = last()
  const before = from && idOf(row) < idOf(from) && !edge('older').hidden
  const after = to && idOf(row) > idOf(to) && !upToDate()
  return !before && !after
}

/** Puts a row into the log, in place of its pending row if there is one. @param {HTMLElement} row */
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

/** Puts a pending row, which the server has not stored yet, at the very end. @param {HTMLElement} row */
export function append(row) {
  list.append(row)
  tidy()
  toEnd()
}

/**
 * Replaces all rows but the pending ones.
 * @param {HTMLElement[]} elements @param {{ older: boolean, newer: boolean }} more whether the server has more
 */
export function replaceAll(elements, more) {
  for (const row of stored()) row.remove()
  $('[data-unread]', list)?.remove()
  setEdge('older', more.older)
  setEdge('newer', false)
  elements.forEach(put)
  setEdge('newer', more.newer)
  tidy()
}

/** Removes rows over the limit on the far side, and updates dividers and groups. */
export function tidy() {
  trim()
  arrange()
}

function trim() {
  const all = stored()
  const extra = all.length - KEEP
  if (extra <= 0) return
  const far = nearEnd() ? all.slice(0, extra) : all.slice(-extra)
  for (const row of far) row.remove()
  setEdge(nearEnd() ? 'older' : 'newer', true)
}

function arrange() {
  const dividers = new Map($$('.divider.day', list).map(divider => {
    const datetime = $('time', divider)?.getAttribute('datetime') ?? ''
    return [dayOf(datetime), divider]
  }))
  /** @type {HTMLElement | undefined} */
  let before
  for (const row of rows()) {
    const day = dayOf(row.dataset.created)
    const isNewDay = !before || day !== dayOf(before.dataset.created)
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
  const time = el('time', { class: 'num', datetime: row.dataset.created, 'data-time': 'day' })
  const divider = el('li', { class: 'divider day' }, el('h2', {}, time))
  showTimes(divider)
  return divider
}

/** Brings a row into view and marks it as the target. @param {HTMLElement} row */
export function reveal(row) {
  for (const other of $$('.is-target', list)) other.classList.remove('is-target')
  row.classList.add('is-target')
  bringIntoView(row)
}

/** Scrolls the element to a third from the top of the log. @param {Element} element */
export function bringIntoView(element) {
  const box = log.getBoundingClientRect()
  log.scrollTop += element.getBoundingClientRect().top - box.top - box.height / 3
}
