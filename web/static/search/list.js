// @ts-check
// The list of results. `results` follows the server at once; the page shows them when that moves no row that has the
// focus or the pointer. Until then a button offers to.
import { $, $$, childrenOf, el, need, showTimes } from '../core/index.js'

const FRESH_MS = 60_000 // how long a result is marked as new

const list = need('#hits')
const rest = need('#more-hits')
const button = need('button[data-arrivals]')

/** The present results, the best first. @type {HTMLElement[]} */
let results = childrenOf(list)
/** The ids of results that were added since the list was last drawn. @type {Set<string>} */
const arrivals = new Set()
let drawing = false

/** How many results the page has. */
export const shown = () => results.length + rest.children.length

/** Shows the results of another query; none is marked as new. @param {HTMLElement[]} items */
export function replaceAll(items) {
  results = items
  arrivals.clear()
  rest.replaceChildren()
  draw()
}

/** Shows later results of the same query, after the page was rendered or a break. @param {HTMLElement[]} items */
export function catchUp(items) {
  const ids = new Set(results.map(({ id }) => id))
  for (const item of items) {
    const row = $(`#${item.id}`, list)
    if (row) updateRow(row, item)
    if (!ids.has(item.id)) arrivals.add(item.id)
  }
  results = items
  drawSoon()
}

/** @param {HTMLElement} item @param {number} position */
export function add(item, position) {
  arrivals.add(item.id)
  results.splice(position, 0, item)
  drawSoon()
}

/** Replaces a result and moves it to the position. @param {HTMLElement} item @param {number} position */
export function update(item, position) {
  results = results.filter(({ id }) => id !== item.id)
  results.splice(position, 0, item)
  const row = $(`#${item.id}`, list)
  if (row) flash(updateRow(row, item))
  drawSoon()
}

/** @param {string} id */
export function remove(id) {
  results = results.filter(item => item.id !== id)
  arrivals.delete(id)
  drawSoon()
}

/** Adds further results, which are not part of the standing query. @param {HTMLElement[]} items */
export function append(items) {
  const ids = new Set([...results, ...rest.children].map(({ id }) => id))
  rest.append(...items.filter(({ id }) => !ids.has(id)))
  showTimes(rest)
}

/** @param {HTMLElement[]} items */
export function replaceRest(items) {
  rest.replaceChildren()
  append(items)
}

export const restShown = () => rest.children.length

/**
 * Gives a row the content of an item. The row stays the same element, so that the focus and the pointer stay on it.
 * @param {HTMLElement} row @param {HTMLElement} item
 */
function updateRow(row, item) {
  const link = $('.hit', row)
  const newer = $('.hit', item)
  if (!link?.matches('a') || !newer) {
    row.replaceChildren(...item.cloneNode(true).childNodes)
    return row
  }
  const badge = $('.badge', link)
  link.setAttribute('href', newer.getAttribute('href') ?? '')
  link.replaceChildren(...newer.cloneNode(true).childNodes)
  if (badge) link.insertBefore(badge, $('time, .excerpt', link))
  showTimes(row)
  return row
}

/** @param {HTMLElement} row */
function flash(row) {
  row.classList.remove('is-changed')
  requestAnimationFrame(() => row.classList.add('is-changed'))
}

/** Draws once for all changes of one task. */
function drawSoon() {
  if (drawing) return
  drawing = true
  queueMicrotask(() => {
    drawing = false
    draw()
  })
}

/** Draws the list, or offers to if the row that the user is at would move. */
function draw() {
  const held = heldRow()
  const before = held ? [...list.children].indexOf(held) : -1
  if (held && !keepsInPlace(held, before)) return showPending()
  button.hidden = true
  for (const [i, item] of results.entries()) put(item, i)
  for (const extra of [...list.children].slice(results.length)) extra.remove()
  for (const item of $$('li', rest)) if (results.some(({ id }) => id === item.id)) item.remove()
}

/** @param {HTMLElement} item @param {number} i */
function put(item, i) {
  const row = $(`#${item.id}`, list) ?? item
  results[i] = row
  if (list.children[i] !== row) list.insertBefore(row, list.children[i] ?? null)
  if (row === item) showTimes(row)
  if (arrivals.delete(row.id)) markNew(row)
}

/** The row that has the focus, or else the one under the pointer. */
function heldRow() {
  return $('li:focus-within', list) ?? $('li:hover', list)
}

/** Reports whether drawing would leave the held row in place. @param {Element} held @param {number} before its index */
function keepsInPlace(held, before) {
  if (results[before]?.id !== held.id) return false
  return [...list.children].slice(0, before).every((row, i) => row.id === results[i].id)
}

/** Shows the button, and empties the rows whose results were removed. */
function showPending() {
  for (const row of $$('li', list)) {
    if (results.some(({ id }) => id === row.id)) continue
    row.replaceChildren(el('p', { class: 'hit is-gone' }, 'No longer matches'))
  }
  const n = arrivals.size
  button.textContent = n ? `${n} new result${n > 1 ? 's' : ''}` : 'Show latest results'
  button.hidden = false
}

/** @param {HTMLElement} row */
function markNew(row) {
  const hit = $('.hit', row)
  if (!hit || hit.classList.contains('is-fresh')) return
  const badge = el('span', { class: 'badge ok' }, 'New')
  hit.classList.add('is-fresh')
  hit.insertBefore(badge, $('time, .excerpt', hit))
  setTimeout(() => {
    hit.classList.remove('is-fresh')
    badge.remove()
  }, FRESH_MS)
}

/** Draws the list when the user asks for it: then rows may move. */
function drawAll() {
  const pane = list.parentElement
  pane?.focus({ preventScroll: true })
  pane?.scrollTo({ top: 0 })
  draw()
}

button.addEventListener('click', drawAll)
