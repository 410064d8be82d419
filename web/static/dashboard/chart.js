// @ts-check
// Updates a chart that the server rendered (internal/dashboard/chart.go has the same geometry): SVG paths in a box of
// 100 × 100, stretched to fit. That is cheap up to about 2,000 points in a line; more points would need a canvas.
import { $, $$, announce, need, showTimes } from '../core/index.js'

const SUMMARY_MS = 30_000 // between two updates of the chart's label, which screen readers read
const STEPS = 4 // of the scale

/**
 * A line of values at even steps, and perhaps an earlier one to compare it with. null is a gap: no value is known.
 * @typedef {{ from: number, step: number, values: (number | null)[], before?: (number | null)[] }} Line times: Unix ms
 */

/** The top of the smallest scale with STEPS even, round steps that includes the maximum. @param {number} most */
export function topOf(most) {
  const least = Math.max(most / STEPS, 1)
  const unit = 10 ** Math.floor(Math.log10(least))
  return STEPS * unit * ([1, 2, 2.5, 5].find(m => m * unit >= least && Number.isInteger(m * unit)) ?? 10)
}

/** A coordinate with at most two decimals. @param {number} value */
const coordinate = value => String(Math.round(value * 100) / 100)
/** @param {number} i @param {number} n how many values there are */
const x = (i, n) => coordinate(n < 2 ? 100 : i / (n - 1) * 100)
/** @param {number} value @param {number} top */
const y = (value, top) => coordinate(100 - value / top * 100)

/** The segments between the gaps, as points of the box. @param {(number | null)[]} values @param {number} top */
function segments(values, top) {
  /** @type {[x: string, y: string][][]} */
  const all = [[]]
  values.forEach((value, i) => {
    if (value === null) all.push([])
    else all.at(-1)?.push([x(i, values.length), y(value, top)])
  })
  return all.filter(points => points.length)
}

/** @param {[string, string][]} points */
const joined = points => points.map(([x, y]) => `${x} ${y}`).join('L')

/**
 * The path of a line; a single point between gaps becomes a dot.
 * @param {(number | null)[]} values @param {number} top
 */
export const path = (values, top) =>
  segments(values, top).map(points => `M${joined(points)}${points.length > 1 ? '' : 'h0'}`).join('')

/** The path of the area under the line. @param {(number | null)[]} values @param {number} top */
export const area = (values, top) =>
  segments(values, top).map(points => `M${points[0][0]} 100L${joined(points)}V100Z`).join('')

/** The path of the last value, a dot; "" if it is a gap. @param {(number | null)[]} values @param {number} top */
export function dot(values, top) {
  const end = values.at(-1)
  return typeof end === 'number' ? `M${x(values.length - 1, values.length)} ${y(end, top)}h0` : ''
}

/** Draws a tile's sparkline and marks its end. @param {Element | null} svg @param {(number | null)[]} values */
export function spark(svg, values) {
  if (!svg) return
  const numbers = values.filter(value => value !== null)
  const low = Math.min(...numbers)
  const high = Math.max(...numbers)
  const shifted = values.map(value => value === null ? null : value - low)
  drawLine(svg, shifted, high - low || 1)
}

/** @param {Element} svg @param {(number | null)[]} values @param {number} top */
function drawLine(svg, values, top) {
  $('.line:not(.s2)', svg)?.setAttribute('d', path(values, top))
  $('.area', svg)?.setAttribute('d', area(values, top))
  for (const element of svg.querySelectorAll('.dot')) element.setAttribute('d', dot(values, top))
}

/** @param {Intl.DateTimeFormatOptions} more */
const clock = more =>
  new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...more })
const minutes = clock({})
const seconds = clock({ second: '2-digit' })

/** A chart, its scales, and the tooltip of the point that the pointer or the arrow keys select. */
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
    this.plot = need('[data-plot]', figure)
    this.tip = need('[data-tip]', figure)
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
    drawLine(need('svg', this.plot), line.values, this.#top)
    this.#drawTimes()
    this.#summarise()
    if (this.#at !== null) this.#point(this.#at)
  }

  /** Sets the scale's top. It grows at once but shrinks late, so that it does not flicker. @param {number} most */
  #scale(most) {
    const top = topOf(most)
    if (top === this.#top || (top < this.#top && topOf(most * 1.5) >= this.#top)) return
    this.#top = top
    $$('.chart-y > span', this.figure).forEach((label, i) => {
      label.textContent = this.words.axis(top * (STEPS - i) / STEPS)
    })
  }

  #drawTimes() {
    const { from, step, values } = this.#line
    const times = $$('.chart-x time', this.figure)
    times.forEach((time, i) => {
      const index = Math.floor((values.length - 1) * i / times.length)
      time.setAttribute('datetime', new Date(from + step * index).toISOString())
    })
    showTimes(need('.chart-x', this.figure))
  }

  #summarise() {
    const numbers = this.#line.values.filter(value => value !== null)
    if (!numbers.length || performance.now() - this.#summarised < SUMMARY_MS) return
    const now = this.words.axis(numbers[numbers.length - 1])
    const high = this.words.axis(Math.max(...numbers))
    const low = this.words.axis(Math.min(...numbers))
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
    const last = this.#line.values.length - 1
    const at = this.#at ?? last
    const to = { ArrowLeft: at - 1, ArrowRight: this.#at === null ? last : at + 1, Home: 0, End: last }[event.key]
    if (event.key === 'Escape') this.#point(null)
    if (to === undefined) return
    event.preventDefault()
    this.#point(to)
    announce(String(this.tip.textContent))
  }

  /** Selects a point. @param {number | null} at its index; null: none */
  #point(at) {
    const { from, step, values } = this.#line
    const last = values.length - 1
    this.#at = at === null || last < 1 ? null : Math.min(Math.max(at, 0), last)
    this.tip.hidden = this.#at === null
    const cross = $('[data-crosshair]', this.plot)
    if (this.#at === null) return cross?.setAttribute('d', '')
    const x = this.#at / last * 100
    const value = values[this.#at]
    const moment = (step < 60_000 ? seconds : minutes).format(from + this.#at * step)
    cross?.setAttribute('d', `M${x} 0V100`)
    this.tip.style.insetInlineStart = `${Math.min(85, Math.max(15, x))}%`
    this.tip.textContent = `${value === null ? 'no data' : this.words.point(value)}, ${moment}`
  }
}
