// @ts-check
// The table of orders. What the server draws goes in by one rule: a row that is there changes in its place at once;
// new rows come in on top, unless somebody is at the table, has paused it or has scrolled past: then a button says
// how many wait. Rows never move under a pointer or the focus.
import { $, $$, parse, place, socket } from '../app.js'
import { dress } from './status.js'
import { moves, onMove } from './motion.js'

/** @typedef {import('../types').Frame} Frame */
/** @typedef {{ id: number, status: string, updatedAt: string }} Order */
/** @typedef {{ verb: string, id: number, data: any }} Change */

const AT_MOST = 20 // rows
const PACE_MS = 1_000 // between two arrivals of rows
const FLASH_MS = 2_000 // as long as the stylesheet fades it
const HTML = { Accept: 'text/html' }

const table = /** @type {HTMLElement} */ ($('[data-orders]'))
const button = /** @type {HTMLElement} */ ($('[data-new-orders]'))
const { status: only, before } = table.dataset // what the page shows; neither: the newest of all

/** Rows that wait, newest last, never more than the table shows. @type {Map<string, HTMLElement>} */
const held = new Map()
let waiting = 0
let pointed = false
let shownAt = 0
let timer = 0

const rows = () => $$(':scope > tr[id]', table)
/** @param {HTMLElement} row */
const version = row => Number(row.dataset.version)

const scrolledPast = () => table.getBoundingClientRect().top < ($('.scroll')?.getBoundingClientRect().top ?? 0)
const busy = () => pointed || table.contains(document.activeElement) || scrolledPast()

/** @param {Change} change @param {Frame} frame */
export function changed({ verb }, frame) {
  const [row] = parse(frame.html ?? '')
  if (!row) return
  if (verb === 'created') arrive(row)
  else if (verb === 'updated') update(row)
}

/** A new order: on the first page of a list that it belongs to. @param {HTMLElement} row */
function arrive(row) {
  if (before || (only && row.dataset.status !== only) || document.getElementById(row.id)) return
  if (!held.has(row.id)) waiting++
  hold(row)
  offer()
}

/** @param {HTMLElement} row */
export function update(row) {
  const known = document.getElementById(row.id) ?? held.get(row.id)
  if (!known || version(row) <= version(known)) return
  if (known.isConnected && moves()) replace(known, row)
  else hold(row)
}

/** @param {HTMLElement} row */
function hold(row) {
  held.delete(row.id)
  held.set(row.id, row)
  if (held.size > AT_MOST) held.delete(/** @type {string} */ (held.keys().next().value))
}

/** Shows what waits, or says that it does. */
function offer() {
  if (!held.size || !moves()) return
  if (waiting && busy()) return say()
  clearTimeout(timer)
  timer = setTimeout(() => { if (moves()) busy() ? say() : show() }, Math.max(0, shownAt + PACE_MS - Date.now()))
}

function say() {
  button.hidden = !waiting
  button.textContent = waiting === 1 ? '1 new order' : `${waiting} new orders`
}

function show() {
  shownAt = Date.now()
  for (const row of held.values()) {
    const known = document.getElementById(row.id)
    if (known) replace(known, row)
    else place(dress(flash(row)))
  }
  held.clear()
  waiting = 0
  say()
  for (const row of rows().slice(AT_MOST)) row.remove()
  $('[data-no-orders]')?.remove()
}

/** Only what can change does, so that a menu that is open there stays. @param {HTMLElement} known @param {HTMLElement} row */
function replace(known, row) {
  Object.assign(known.dataset, row.dataset)
  const badge = $('.badge', row)
  if (badge) $('.badge', known)?.replaceWith(badge)
  flash(dress(known))
}

/** @param {HTMLElement} row */
export function flash(row) {
  row.classList.add('is-fresh')
  setTimeout(() => row.classList.remove('is-fresh'), FLASH_MS)
  return row
}

/** What the page shows may be older than the newest orders of a snapshot. @param {Order[]} orders @param {boolean} first */
export async function compare(orders, first) {
  const stale = orders.some(order => {
    const row = document.getElementById(`order-${order.id}`) ?? held.get(`order-${order.id}`)
    return row ? version(row) < Date.parse(order.updatedAt) : !only
  })
  if (before ? first : !stale && (first || !only)) return
  const answer = await socket?.request({ url: '/dashboard/orders', data: { status: only, before }, headers: HTML })
  if (answer && !answer.error) for (const row of parse(answer.body).reverse()) (document.getElementById(row.id) ? update : arrive)(row)
}

/** An order that this page made: its maker wants to see it. @param {string} html */
export function made(html) {
  parse(html).forEach(arrive)
  show()
}

const left = () => setTimeout(offer)
table.addEventListener('pointerenter', ({ pointerType }) => { pointed = pointerType === 'mouse' })
table.addEventListener('pointerleave', () => { pointed = false; left() })
table.addEventListener('focusout', left)
$('.scroll')?.addEventListener('scroll', left, { passive: true })
button.addEventListener('click', () => {
  show()
  $('[data-orders-region]')?.focus({ preventScroll: true })
  $('[data-orders-region]')?.scrollIntoView({ block: 'nearest' })
})
onMove(offer)
rows().forEach(dress)
