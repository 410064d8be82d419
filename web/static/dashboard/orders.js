// @ts-check
// The table of orders. A row that the table shows is updated in its place at once. New rows are inserted on top; while
// the table has the pointer or the focus, or is scrolled past, a button shows how many wait instead. So rows never move
// under a pointer or the focus. While the page is paused, nothing changes.
import { $, $$, need, parse, place, requestHTML } from '../core/index.js'
import { isMoving, onResume } from './motion.js'
import { updateMenu } from './status.js'

/** @typedef {import('../socket/types').Frame} Frame */
/** @typedef {import('../protocol').dashboard.Order} Order */

const AT_MOST = 20 // rows
const ARRIVAL_MS = 1_000 // between two arrivals of rows
const FLASH_MS = 2_000 // the duration of the stylesheet's animation

const table = need('[data-orders]')
const button = need('[data-new-orders]')
const { status: only, before } = table.dataset // the list's filter and page; without both it shows the newest orders

/** Rows that wait, the newest last, at most as many as the table shows. @type {Map<string, HTMLElement>} */
const held = new Map()
let waiting = 0
let pointed = false
let shownAt = 0
let timer = 0

const rows = () => $$(':scope > tr[id]', table)
/** @param {HTMLElement} row */
const version = row => Number(row.dataset.version)

const scrolledPast = () => table.getBoundingClientRect().top < ($('.scroll')?.getBoundingClientRect().top ?? 0)
/** Reports whether inserting rows would disturb the user. */
const busy = () => pointed || table.contains(document.activeElement) || scrolledPast()

/** @param {import('../protocol').Events['order']} change @param {Frame} frame */
export function orderChanged({ verb }, frame) {
  const [row] = parse(frame.html ?? '')
  if (!row) return
  if (verb === 'created') addNew(row)
  else if (verb === 'updated') update(row)
}

/** Holds a new order's row, if the list includes it and shows its first page. @param {HTMLElement} row */
function addNew(row) {
  if (before || (only && row.dataset.status !== only) || document.getElementById(row.id)) return
  if (!held.has(row.id)) waiting++
  hold(row)
  showOrOffer()
}

/** @param {HTMLElement} row */
export function update(row) {
  const current = document.getElementById(row.id) ?? held.get(row.id)
  if (!current || version(row) <= version(current)) return
  if (current.isConnected && isMoving()) replace(current, row)
  else hold(row)
}

/** @param {HTMLElement} row */
function hold(row) {
  held.delete(row.id)
  held.set(row.id, row)
  if (held.size > AT_MOST) held.delete([...held.keys()][0])
}

/** Shows the rows that wait, or the button for them. */
function showOrOffer() {
  if (!held.size || !isMoving()) return
  if (waiting && busy()) return updateButton()
  const wait = Math.max(0, shownAt + ARRIVAL_MS - Date.now())
  clearTimeout(timer)
  timer = setTimeout(() => { if (isMoving()) busy() ? updateButton() : show() }, wait)
}

function updateButton() {
  button.hidden = !waiting
  button.textContent = waiting === 1 ? '1 new order' : `${waiting} new orders`
}

function show() {
  shownAt = Date.now()
  for (const row of held.values()) {
    const current = document.getElementById(row.id)
    if (current) replace(current, row)
    else place(updateMenu(flash(row)))
  }
  held.clear()
  waiting = 0
  updateButton()
  for (const row of rows().slice(AT_MOST)) row.remove()
  $('[data-no-orders]')?.remove()
}

/**
 * Updates the parts of a row that can change. The row itself stays, and with it a menu that is open.
 * @param {HTMLElement} current @param {HTMLElement} row
 */
function replace(current, row) {
  Object.assign(current.dataset, row.dataset)
  const badge = $('.badge', row)
  if (badge) $('.badge', current)?.replaceWith(badge)
  flash(updateMenu(current))
}

/** @param {HTMLElement} row */
export function flash(row) {
  row.classList.add('is-fresh')
  setTimeout(() => row.classList.remove('is-fresh'), FLASH_MS)
  return row
}

/** Fetches the table if it is older than a snapshot's newest orders. @param {Order[]} orders @param {boolean} first */
export async function compare(orders, first) {
  const stale = orders.some(order => {
    const row = document.getElementById(`order-${order.id}`) ?? held.get(`order-${order.id}`)
    return row ? version(row) < Date.parse(order.updatedAt) : !only
  })
  if (before ? first : !stale && (first || !only)) return
  const answer = await requestHTML({ url: '/dashboard/orders', data: { status: only, before } })
  if (answer.error) return
  for (const row of parse(answer.body).reverse()) (document.getElementById(row.id) ? update : addNew)(row)
}

/** Shows an order that this page placed, at once. @param {string} html */
export function showPlaced(html) {
  parse(html).forEach(addNew)
  show()
}

const offerSoon = () => setTimeout(showOrOffer)
table.addEventListener('pointerenter', ({ pointerType }) => { pointed = pointerType === 'mouse' })
table.addEventListener('pointerleave', () => { pointed = false; offerSoon() })
table.addEventListener('focusout', offerSoon)
$('.scroll')?.addEventListener('scroll', offerSoon, { passive: true })
button.addEventListener('click', () => {
  show()
  $('[data-orders-region]')?.focus({ preventScroll: true })
  $('[data-orders-region]')?.scrollIntoView({ block: 'nearest' })
})
onResume(showOrOffer)
rows().forEach(updateMenu)
