// @ts-check
// Keeps a chart moving that the server drew (internal/dashboard/chart.go has the same geometry): paths in a box of
// 100 × 100, stretched to fit. That is cheap up to about 2,000 points a line; past it, or to zoom, take a canvas.
import { $, $$, announce, showTimes } from './app.js'

const SUMMARY_MS = 30_000 // a screen reader is not told more often what the picture shows
const STEPS = 4 // of the scale

/**
 * A line of values at even steps, and perhaps another to compare with; null is a gap: nobody knows.
 * @typedef {{ from: number, step: number, values: (number | null)[], before?: (number | null)[] }} Line times in Unix ms
 */

/** The top of a scale with four even, round steps that shows the most. @param {number} most */
export function topOf(most) {
  const least = Math.max(most / STEPS, 1), unit = 10 ** Math.floor(Math.log10(least))
  return STEPS * unit * ([1, 2, 2.5, 5].find(m => m * unit >= least && Number.isInteger(m * unit)) ?? 10)
}

/** The stretches without a gap, as points of the box. @param {(number | null)[]} values @param {number} top */
function stretches(values, top) {
  const last = Math.max(values.length - 1, 1)
  /** @type {[x: string, y: string][][]} */
  const all = [[]]
  values.forEach((value, i) => {
    if (value === null) all.push([])
    else all.at(-1)?.push([(i / last * 100).toFixed(2), (100 - value / top * 100).toFixed(2)])
  })
  return all.filter(points => points.length)
}

/** @param {[string, string][]} points a single one becomes a dot */
const lineOf = points => `M${points.map(([x, y]) => `${x} ${y}`).join('L')}${points.length > 1 ? '' : 'h0'}`

/** @param {(number | null)[]} values @param {number} top */
export const path = (values, top) => stretches(values, top).map(lineOf).join('')

/** @param {(number | null)[]} values @param {number} top */
const area = (values, top) => stretches(values, top).map(points => `${lineOf(points)}V100H${points[0][0]}Z`).join('')

/** A tile's small line, of which the end is marked. @param {Element | null} svg @param {(number | null)[]} values */
export function spark(svg, values) {
  if (!svg) return
  const known = values.filter(value => value !== null), low = Math.min(...known), high = Math.max(...known)
  const moved = values.map(value => value === null ? null : value - low)
  drawLine(svg, moved, high - low || 1)
}

/** @param {Element} svg @param {(number | null)[]} values @param {number} top */
function drawLine(svg, values, top) {
  const end = values.at(-1)
  $('.line:not(.s2)', svg)?.setAttribute('d', path(values, top))
  $('.area', svg)?.setAttribute('d', area(values, top))
  for (const dot of svg.querySelectorAll('.dot')) dot.setAttribute('d', typeof end === 'number' ? `M100 ${(100 - end / top * 100).toFixed(2)}h0` : '')
}

/** @param {Intl.DateTimeFormatOptions} more */
const clock = more => new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...more })
const minutes = clock({}), seconds = clock({ second: '2-digit' })

/** A chart, its scales, and what pointer and arrow keys read from it. */
export class Chart {
  #top = 0
  #summarised = 0
  /** @type {number | null} */ #at = null
  /** @type {Line} */ #line = { from: 0, step: 1, values: [] }

  /**
   * @param {HTMLElement} figure
   * @param {{ axis: (value: number) => string, point: (value: number) => string }} words for the scale and for a point
   */
  constructor(figure, words) {
    this.figure = figure
    this.words = words
    this.plot = /** @type {HTMLElement} */ ($('[data-plot]', figure))
    this.tip = /** @type {HTMLElement} */ ($('[data-tip]', figure))
    this.plot.addEventListener('pointermove', ({ clientX }) => this.#pointAt(clientX))
    this.plot.addEventListener('pointerleave', () => this.#point(null))
    this.plot.addEventListener('blur', () => this.#point(null))
    this.plot.addEventListener('keydown', event => this.#key(event))
  }

  /** @param {Line} line */
  draw(line) {
    this.#line = line
    this.#scale(Math.max(0, ...[...line.values, ...line.before ?? []].map(Number)))
    $('.line.s2', this.plot)?.setAttribute('d', path(line.before ?? [], this.#top))
    drawLine(/** @type {Element} */ ($('svg', this.plot)), line.values, this.#top)
    this.#moments()
    this.#summary()
    if (this.#at !== null) this.#point(this.#at)
  }

  /** It grows at once and shrinks late, so that it does not flutter. @param {number} most */
  #scale(most) {
    const top = topOf(most)
    if (top === this.#top || (top < this.#top && topOf(most * 1.5) >= this.#top)) return
    this.#top = top
    $$('.chart-y > span', this.figure).forEach((label, i) => { label.textContent = this.words.axis(top * (STEPS - i) / STEPS) })
  }

  #moments() {
    const { from, step, values } = this.#line, times = $$('.chart-x time', this.figure)
    times.forEach((time, i) => time.setAttribute('datetime', new Date(from + step * Math.floor((values.length - 1) * i / times.length)).toISOString()))
    showTimes(/** @type {Element} */ ($('.chart-x', this.figure)))
  }

  #summary() {
    const known = this.#line.values.filter(value => value !== null)
    if (!known.length || performance.now() - this.#summarised < SUMMARY_MS) return
    const [now, high, low] = [known[known.length - 1], Math.max(...known), Math.min(...known)].map(this.words.axis)
    this.#summarised = performance.now()
    this.plot.setAttribute('aria-label', `${this.figure.dataset.title}: now ${now}, highest ${high}, lowest ${low}.`)
  }

  /** @param {number} clientX */
  #pointAt(clientX) {
    const { left, width } = this.plot.getBoundingClientRect()
    this.#point(Math.round((clientX - left) / width * (this.#line.values.length - 1)))
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const last = this.#line.values.length - 1, at = this.#at ?? last
    const to = { ArrowLeft: at - 1, ArrowRight: this.#at === null ? last : at + 1, Home: 0, End: last }[event.key]
    if (event.key === 'Escape') this.#point(null)
    if (to === undefined) return
    event.preventDefault()
    this.#point(to)
    announce(String(this.tip.textContent))
  }

  /** @param {number | null} at the index of a point */
  #point(at) {
    const { from, step, values } = this.#line, last = values.length - 1
    this.#at = at === null || last < 1 ? null : Math.min(Math.max(at, 0), last)
    this.tip.hidden = this.#at === null
    const cross = $('[data-crosshair]', this.plot)
    if (this.#at === null) return cross?.setAttribute('d', '')
    const x = this.#at / last * 100, value = values[this.#at], moment = (step < 60_000 ? seconds : minutes).format(from + this.#at * step)
    cross?.setAttribute('d', `M${x} 0V100`)
    this.tip.style.insetInlineStart = `${Math.min(85, Math.max(15, x))}%`
    this.tip.textContent = `${value === null ? 'not known' : this.words.point(value)}, ${moment}`
  }
}
