// @ts-check
// The past of a range, in steps of even length: a ring that forgets its first step with each new one, so that a page
// open for a week holds as much as at its start.

const MINUTE_MS = 60_000
const SPARK_POINTS = 24 // what a line as wide as a word can show

/**
 * As on the wire; step in seconds. Before `known` nothing was counted.
 * @typedef {{ step: number, from: string, orders: number[], revenue: string[], known: number, before: number[], beforeKnown: number }} Series
 */
/** A step as it is now. @typedef {{ step: number, at: string, orders: number, revenue: string }} Point */
/** @typedef {(number | null)[]} Values null: nobody knows */

/** @param {number[]} values @param {number} known @returns {Values} */
const knownOf = (values, known) => values.map((value, i) => i < known ? null : value)

/** Of what nobody knows, nobody knows the sum. @param {number | null} sum @param {number | null} value */
const plus = (sum, value) => sum === null || value === null ? null : sum + value

export class Ring {
  /** Whether what happens is heard: while it is not, new steps are gaps. */
  heard = true

  /** @param {Series} series whose last step is the one of now */
  constructor({ step, from, orders, revenue, known, before, beforeKnown }) {
    this.step = step * 1_000
    this.from = Date.parse(from)
    this.orders = knownOf(orders, known)
    this.dollars = knownOf(revenue.map(Number), known)
    this.before = knownOf(before, beforeKnown)
    const now = Date.now()
    this.skew = Math.max(this.end - this.step - now, Math.min(0, this.end - 1 - now)) // to the server's clock
  }

  get end() { return this.from + this.step * this.orders.length }
  get now() { return Date.now() + this.skew }

  /** Begins the steps that time has come to. */
  roll() {
    for (const fresh = this.heard ? 0 : null; this.end <= this.now; this.from += this.step) {
      this.before.push(/** @type {number | null} */ (this.orders.shift()))
      this.before.shift()
      this.orders.push(fresh)
      this.dollars.shift()
      this.dollars.push(fresh)
    }
  }

  /** @param {Point} point of this range or of another */
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
   * Orders a minute at each step: of the minute that ends there where steps are shorter. The step of now counts as
   * old as it is, but not younger than half: one order in its first second would be sixty a minute.
   */
  perMinute() {
    const rates = smooth(this.orders, this.before, this.step), last = rates.length - 1, end = rates[last]
    const age = Math.max(this.now - (this.end - this.step), this.step / 2), window = Math.max(this.step, MINUTE_MS)
    if (end !== null) rates[last] = end * window / (window - this.step + age)
    return rates
  }

  /** The same of the range before this one. */
  perMinuteBefore() { return smooth(this.before, [], this.step) }

  /** Few points for a tile's line, without the step of now. @param {Values} values */
  spark(values) {
    const done = values.slice(0, -1), each = Math.max(Math.floor(done.length / SPARK_POINTS), 1)
    const points = []
    for (let end = done.length; end >= each; end -= each) points.unshift(done.slice(end - each, end).reduce(plus))
    return points
  }
}

/** @param {Values} values @param {Values} before @param {number} step */
function smooth(values, before, step) {
  const window = Math.max(1, MINUTE_MS / step), all = [...before, ...values]
  return values.map((value, i) => {
    const at = before.length + i, part = all.slice(Math.max(0, at - window + 1), at + 1)
    const sum = part.reduce((/** @type {number} */ total, one) => total + Number(one), 0)
    return value === null ? null : sum * MINUTE_MS / (window * step)
  })
}
