// @ts-check
// The history of a range in steps of equal length. Each new step removes the oldest one, so that a page that is open
// for a week uses no more memory than at its start.

const MINUTE_MS = 60_000
const SPARK_POINTS = 24 // a sparkline is as wide as a word and shows no more

/** @typedef {import('../protocol').dashboard.Series} Series */
/** @typedef {import('../protocol').dashboard.Point} Point */
/** @typedef {(number | null)[]} Values null: not known */

/** @param {number[]} values @param {number} known @returns {Values} */
const withGaps = (values, known) => values.map((value, i) => i < known ? null : value)

/** The sum, or null if one of the two is not known. @param {number | null} sum @param {number | null} value */
const addOrNull = (sum, value) => sum === null || value === null ? null : sum + value

export class Ring {
  /** Whether the page gets the updates; otherwise new steps are gaps. */
  live = true

  /** @param {Series} series whose last step is the present one */
  constructor({ step, from, orders, revenue, known, before, beforeKnown }) {
    this.step = step * 1_000
    this.from = Date.parse(from)
    this.orders = withGaps(orders, known)
    this.dollars = withGaps(revenue.map(Number), known)
    this.before = withGaps(before, beforeKnown)
    const now = Date.now()
    this.skew = Math.max(this.end - this.step - now, Math.min(0, this.end - 1 - now)) // of the server's clock, in ms
  }

  get end() { return this.from + this.step * this.orders.length }
  get now() { return Date.now() + this.skew }

  /** Begins the steps that are due. */
  roll() {
    for (const fresh = this.live ? 0 : null; this.end <= this.now; this.from += this.step) {
      this.before.push(/** @type {number | null} */ (this.orders.shift()))
      this.before.shift()
      this.orders.push(fresh)
      this.dollars.shift()
      this.dollars.push(fresh)
    }
  }

  /** Sets the values of a step. A point of another range is ignored. @param {Point} point */
  set({ step, at, orders, revenue }) {
    if (step * 1_000 !== this.step) return
    this.skew += Math.max(0, Date.parse(at) - this.now) // the server's clock is ahead
    this.roll()
    const i = Math.round((Date.parse(at) - this.from) / this.step)
    if (i < 0) return
    this.orders[i] = orders
    this.dollars[i] = Number(revenue)
  }

  /**
   * Orders per minute at each step; where steps are shorter than a minute, of the minute that ends there. The present
   * step counts with its age, but at least with half a step: one order in its first second would be 60 per minute.
   */
  perMinute() {
    const rates = ratesPerMinute(this.orders, this.before, this.step)
    const last = rates.length - 1
    const end = rates[last]
    const age = Math.max(this.now - (this.end - this.step), this.step / 2)
    const window = Math.max(this.step, MINUTE_MS)
    if (end !== null) rates[last] = end * window / (window - this.step + age)
    return rates
  }

  /** The same for the range before this one. */
  perMinuteBefore() { return ratesPerMinute(this.before, [], this.step) }

  /** About SPARK_POINTS points for a tile's sparkline, without the present step. @param {Values} values */
  spark(values) {
    const done = values.slice(0, -1)
    const each = Math.max(Math.floor(done.length / SPARK_POINTS), 1)
    const points = []
    for (let end = done.length; end >= each; end -= each) points.unshift(done.slice(end - each, end).reduce(addOrNull))
    return points
  }
}

/** @param {Values} values @param {Values} before @param {number} step */
export function ratesPerMinute(values, before, step) {
  const window = Math.max(1, MINUTE_MS / step)
  const all = [...before, ...values]
  return values.map((value, i) => {
    const at = before.length + i
    const part = all.slice(Math.max(0, at - window + 1), at + 1)
    const sum = part.reduce((/** @type {number} */ total, one) => total + Number(one), 0)
    return value === null ? null : sum * MINUTE_MS / (window * step)
  })
}
