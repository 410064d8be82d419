// @ts-check
// The dashboard's page: first the snapshot with the history, then the events. Tiles, charts and table are drawn at most
// once a second, and not at all while the page is paused or hidden.
import { $, el, icon, intercept, need, parse, place, requestHTML } from '../core/index.js'
import { Chart, spark } from './chart.js'
import './form.js'
import { markFresh, show as showFreshness } from './fresh.js'
import { isMoving, onResume } from './motion.js'
import { compare, orderChanged } from './orders.js'
import { Ring } from './series.js'
import './simulator.js'

/** @typedef {import('../protocol').dashboard.Stats} Stats */
/** @typedef {import('../protocol').dashboard.Rate} Rate */
/** @typedef {import('../protocol').dashboard.StatsUpdate} StatsUpdate */
/** @typedef {import('../protocol').dashboard.Snapshot} Snapshot */

const DRAW_MS = 1_000
const TABLES_MS = 5_000 // between two requests for the tables that the server renders

const socket = io.socket
const range = need('[data-range]').dataset.range

/** @type {Stats | undefined} */
let stats
/** @type {Rate | undefined} */
let rate
/** @type {Ring | undefined} */
let ring
let tablesAt = 0
let tablesStale = true

/** @type {Intl.NumberFormatOptions} */
const dollars = { style: 'currency', currency: 'USD' }
const count = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })
const money = new Intl.NumberFormat('en-US', dollars)
const short = new Intl.NumberFormat('en-US', { ...dollars, notation: 'compact', maximumFractionDigits: 1 })

/** @param {string} name */
const figure = name => need(`[data-chart=${name}]`)
const charts = {
  orders: new Chart(figure('orders'), { axis: n => count.format(n), point: n => `${count.format(n)} per minute` }),
  revenue: new Chart(figure('revenue'), {
    axis: n => n < 1000 && n % 1 ? money.format(n) : short.format(n),
    point: n => money.format(n),
  }),
}

/** @param {Snapshot} snapshot @param {{ first: boolean }} info */
function snapshot({ orders, stats: newStats, series, rate: newRate }, { first }) {
  stats = newStats
  rate = newRate
  ring = new Ring(series)
  compare(orders, first)
  markStale()
  draw()
}

/** Applies an update; if one before it was missed, fetches a snapshot. @param {StatsUpdate} update */
function statsUpdated(update) {
  const missed = stats && update.after > stats.version
  stats = update
  rate = update.rate
  for (const point of update.points) ring?.set(point)
  markStale()
  if (missed) refetch()
}

async function refetch() {
  const answer = await socket.get('/api/dashboard/subscribe', { range })
  if (!answer.error) snapshot(answer.body, { first: false })
}

function markStale() {
  tablesStale = true
  markFresh()
}

function disconnected() { if (ring) ring.live = false }

/** @param {string} name @param {string} text */
function tile(name, text) {
  const card = $(`#tile-${name}`)
  const value = card && $('[data-value]', card)
  if (!value || value.textContent === text) return
  value.textContent = text
  card.classList.remove('is-fresh')
  void card.offsetWidth // a reflow, which restarts the animation
  card.classList.add('is-fresh')
}

/** @param {string} name @param {string} text "+8%", or "" */
function delta(name, text) {
  const place = $(`#tile-${name} [data-delta]`)
  const worse = text.startsWith('−')
  if (!place || place.dataset.delta === text) return
  place.dataset.delta = text
  place.classList.toggle('bad', worse)
  if (!text) return place.replaceChildren()
  const arrow = icon(worse ? 'trending-down' : 'trending-up', 'sm')
  place.replaceChildren(arrow, text, el('span', { class: 'sr-only' }, ` ${place.title}`))
}

/** @param {(number | null)[]} values */
const sum = values => values.reduce((/** @type {number} */ total, value) => total + Number(value), 0)
/** "+" and the amount; "" for zero. @param {string} amount */
const added = amount => /[1-9]/.test(amount) ? `+${amount}` : ''
/** @param {number | null | undefined} change */
const percent = change =>
  typeof change === 'number' ? `${change < 0 ? '−' : '+'}${Math.abs(Math.round(change))}%` : ''

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
  if (!ring || !isMoving()) return
  ring.roll()
  const { from, step } = ring
  drawTiles()
  charts.orders.draw({ from, step, values: ring.perMinute(), before: ring.perMinuteBefore() })
  charts.revenue.draw({ from, step, values: ring.dollars })
  showFreshness()
  if (tablesStale && Date.now() - tablesAt > TABLES_MS) drawTables()
}

/** Fetches the tables of the best-selling products and of the charts' numbers. A table that is open does not change. */
async function drawTables() {
  tablesAt = Date.now()
  tablesStale = false
  const answer = await requestHTML({ url: '/dashboard/tables', data: { range } })
  if (answer.error || !isMoving()) return
  for (const part of parse(answer.body)) if (!$(`details[open] #${part.id}`)) place(part)
}

intercept('order', orderChanged)
socket.subscribe('/api/dashboard/subscribe', { range }, { snapshot, events: { statsUpdated, order: markFresh } })
socket.on('disconnect', disconnected)
onResume(draw)
setInterval(draw, DRAW_MS)
