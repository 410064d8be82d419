// @ts-check
// The results on the page. What the server says they are by now is known at once, and shown as soon as that moves
// nothing under the reader: a row that has the focus or lies under the pointer stays where it is.
import { $, $$, el, showTimes } from '../app.js'

const FRESH_MS = 60_000 // how long something is new

const list = /** @type {HTMLElement} */ ($('#hits'))
const rest = /** @type {HTMLElement} */ ($('#more-hits'))
const button = /** @type {HTMLButtonElement} */ ($('[data-arrivals]'))

/** The results as they are, the best first. @type {HTMLElement[]} */
let wanted = /** @type {HTMLElement[]} */ ([...list.children])
/** Those that have come since they were last shown. @type {Set<string>} */
const arrivals = new Set()
let drawing = false

/** How many results the page has. */
export const shown = () => wanted.length + rest.children.length

/** Another search's results: nothing of them is news. @param {HTMLElement[]} items */
export function replaceAll(items) {
  wanted = items
  arrivals.clear()
  rest.replaceChildren()
  draw()
}

/** The same search's results later: after the page was drawn, or a break. @param {HTMLElement[]} items */
export function catchUp(items) {
  const known = new Set(wanted.map(({ id }) => id))
  for (const item of items) {
    const row = $(`#${item.id}`, list)
    if (row) renew(row, item)
    if (!known.has(item.id)) arrivals.add(item.id)
  }
  wanted = items
  drawSoon()
}

/** @param {HTMLElement} item @param {number} position */
export function add(item, position) {
  arrivals.add(item.id)
  wanted.splice(position, 0, item)
  drawSoon()
}

/** Goes out of where it is, and to the position. @param {HTMLElement} item @param {number} position */
export function update(item, position) {
  wanted = wanted.filter(({ id }) => id !== item.id)
  wanted.splice(position, 0, item)
  const row = $(`#${item.id}`, list)
  if (row) flash(renew(row, item))
  drawSoon()
}

/** @param {string} id */
export function remove(id) {
  wanted = wanted.filter(item => item.id !== id)
  arrivals.delete(id)
  drawSoon()
}

/** Further results, which are not live. @param {HTMLElement[]} items */
export function append(items) {
  const known = new Set([...wanted, ...rest.children].map(({ id }) => id))
  rest.append(...items.filter(({ id }) => !known.has(id)))
  showTimes(rest)
}

/** @param {HTMLElement[]} items */
export function replaceRest(items) {
  rest.replaceChildren()
  append(items)
}

export const restShown = () => rest.children.length

/** The row stays the element that it is, so that focus and pointer stay on it. @param {HTMLElement} row @param {HTMLElement} news */
function renew(row, news) {
  const link = $('.hit', row), newer = $('.hit', news)
  if (!link?.matches('a') || !newer) {
    row.replaceChildren(...news.cloneNode(true).childNodes)
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

/** What one frame brings is drawn once. */
function drawSoon() {
  if (drawing) return
  drawing = true
  queueMicrotask(() => {
    drawing = false
    draw()
  })
}

/** Draws all, or what leaves the held row in its place. */
function draw() {
  const held = heldRow()
  const before = held ? [...list.children].indexOf(held) : -1
  if (held && !leavesInPlace(held, before)) return showPending()
  button.hidden = true
  for (const [i, item] of wanted.entries()) put(item, i)
  for (const extra of [...list.children].slice(wanted.length)) extra.remove()
  for (const item of $$('li', rest)) if (wanted.some(({ id }) => id === item.id)) item.remove()
}

/** @param {HTMLElement} item @param {number} i */
function put(item, i) {
  const row = /** @type {HTMLElement} */ (list.querySelector(`#${item.id}`) ?? item)
  wanted[i] = row
  if (list.children[i] !== row) list.insertBefore(row, list.children[i] ?? null)
  if (row === item) showTimes(row)
  if (arrivals.delete(row.id)) markNew(row)
}

/** The row that has the focus, or else the one under the pointer. */
function heldRow() {
  return $('li:focus-within', list) ?? $('li:hover', list)
}

/** Whether what stands before it is what will. @param {Element} held @param {number} before */
function leavesInPlace(held, before) {
  if (wanted[before]?.id !== held.id) return false
  return [...list.children].slice(0, before).every((row, i) => row.id === wanted[i].id)
}

/** What was removed says nothing any more, even where it still stands. */
function showPending() {
  for (const row of $$('li', list)) if (!wanted.some(({ id }) => id === row.id)) row.replaceChildren(el('p', { class: 'hit is-gone' }, 'No longer here'))
  const n = arrivals.size
  button.textContent = n ? `${n} new result${n > 1 ? 's' : ''}` : 'Bring up to date'
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

/** The reader asks for it, so rows may move. */
function drawAll() {
  const pane = list.parentElement
  pane?.focus({ preventScroll: true })
  pane?.scrollTo({ top: 0 })
  draw()
}

button.addEventListener('click', drawAll)
