// @ts-check
// The dashboard: history first, stream after. Tiles, charts and table take what the socket tells; the drawing is
// done at most once a second, and not at all while the page is paused or hidden.
import { $, el, icon, intercept, parse, place } from './app.js'
import { Chart, spark } from './chart.js'
import './dashboard/form.js'
import { fresh, show as showFreshness } from './dashboard/fresh.js'
import { moves, onMove } from './dashboard/motion.js'
import { changed, compare } from './dashboard/orders.js'
import { Ring } from './dashboard/series.js'
import './dashboard/simulator.js'

/** @typedef {{ totalOrders: number, pendingOrders: number, revenue: string, version: number }} Stats */
/** @typedef {{ perMinute: number, delta: number | null }} Rate */
/** @typedef {Stats & { after: number, rate: Rate, points: import('./dashboard/series.js').Point[] }} Update */
/** @typedef {{ orders: import('./dashboard/orders.js').Order[], stats: Stats, series: import('./dashboard/series.js').Series, rate: Rate }} Snapshot */

const PACE_MS = 1_000
const TABLES_MS = 5_000 // between two questions to the server for what it draws
const HTML = { Accept: 'text/html' }

const socket = io.socket
const range = /** @type {HTMLElement} */ ($('[data-range]')).dataset.range

/** @type {Stats | undefined} */
let stats
/** @type {Rate | undefined} */
let rate
/** @type {Ring | undefined} */
let ring
let tablesAt = 0
let tablesOld = true

const count = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })
const money = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' })
const short = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', notation: 'compact', maximumFractionDigits: 1 })

/** @param {string} name */
const figure = name => /** @type {HTMLElement} */ ($(`[data-chart=${name}]`))
const charts = {
  orders: new Chart(figure('orders'), { axis: n => count.format(n), point: n => `${count.format(n)} per minute` }),
  revenue: new Chart(figure('revenue'), { axis: n => n < 1000 && n % 1 ? money.format(n) : short.format(n), point: n => money.format(n) }),
}

/** @param {Snapshot} snapshot @param {{ first: boolean }} info */
function snapshot({ orders, stats: now, series, rate: pace }, { first }) {
  stats = now
  rate = pace
  ring = new Ring(series)
  compare(orders, first)
  told()
  draw()
}

/** @param {Update} update */
function statsUpdated(update) {
  const missed = stats && update.after > stats.version
  stats = update
  rate = update.rate
  for (const point of update.points) ring?.set(point)
  told()
  if (missed) refetch()
}

async function refetch() {
  const answer = await socket.get('/api/dashboard/subscribe', { range })
  if (!answer.error) snapshot(answer.body, { first: false })
}

function told() {
  tablesOld = true
  fresh()
}

function lost() { if (ring) ring.heard = false }

/** @param {string} name @param {string} text */
function tile(name, text) {
  const card = $(`#tile-${name}`), value = card && $('[data-value]', card)
  if (!value || value.textContent === text) return
  value.textContent = text
  card.classList.remove('is-fresh')
  void card.offsetWidth // begins the animation anew
  card.classList.add('is-fresh')
}

/** @param {string} name @param {string} text "+8%", or nothing */
function delta(name, text) {
  const place = $(`#tile-${name} [data-delta]`), worse = text.startsWith('−')
  if (!place || place.dataset.delta === text) return
  place.dataset.delta = text
  place.classList.toggle('bad', worse)
  place.replaceChildren(...text ? [icon(worse ? 'trending-down' : 'trending-up', 'sm'), text, el('span', { class: 'sr-only' }, ` ${place.title}`)] : [])
}

/** @param {(number | null)[]} values */
const sum = values => values.reduce((/** @type {number} */ total, value) => total + Number(value), 0)
/** @param {string} amount nothing is not worth a word */
const added = amount => /[1-9]/.test(amount) ? `+${amount}` : ''
/** @param {number | null | undefined} change */
const percent = change => typeof change === 'number' ? `${change < 0 ? '−' : '+'}${Math.abs(Math.round(change))}%` : ''

function drawTiles() {
  if (!stats || !ring || !rate) return
  tile('total', count.format(stats.totalOrders))
  tile('pending', count.format(stats.pendingOrders))
  tile('revenue', money.format(Number(stats.revenue)))
  tile('rate', count.format(rate.perMinute))
  delta('total', added(count.format(sum(ring.orders))))
  delta('revenue', added(money.format(sum(ring.dollars))))
  delta('rate', percent(rate.delta))
  spark($('#tile-total .spark'), ring.spark(ring.orders))
  spark($('#tile-revenue .spark'), ring.spark(ring.dollars))
  spark($('#tile-rate .spark'), ring.spark(ring.perMinute()))
}

function draw() {
  if (!ring || !moves()) return
  ring.roll()
  const { from, step } = ring
  drawTiles()
  charts.orders.draw({ from, step, values: ring.perMinute(), before: ring.perMinuteBefore() })
  charts.revenue.draw({ from, step, values: ring.dollars })
  showFreshness()
  if (tablesOld && Date.now() - tablesAt > TABLES_MS) drawTables()
}

/** What sold, and the charts' numbers, as the server draws them. Numbers that somebody reads stand still. */
async function drawTables() {
  tablesAt = Date.now()
  tablesOld = false
  const answer = await socket.request({ url: '/dashboard/tables', data: { range }, headers: HTML })
  if (answer.error || !moves()) return
  for (const part of parse(answer.body)) if (!$(`details[open] #${part.id}`)) place(part)
}

intercept('order', changed)
socket.subscribe('/api/dashboard/subscribe', { range }, { snapshot, events: { statsUpdated, order: fresh } })
socket.on('disconnect', lost)
onMove(draw)
setInterval(draw, PACE_MS)
