// @ts-check
// What was written and is not acknowledged yet. Each message has a number; a number that is acknowledged takes
// what it carried away, one that is refused gives it back, to be sent again or to be counted as unsaved.

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

export class Outbox {
  #number = 0
  /** What waits to be sent. @type {Bytes[]} */
  #waiting = []
  /** What is under way, by the number of its message. @type {Map<number, Bytes[]>} */
  #sent = new Map()

  /** @param {(updates: Bytes[]) => Bytes} merge */
  constructor(merge) { this.merge = merge }

  /** How many changes are not known to be saved. */
  get size() { return [...this.#sent.values()].reduce((sum, updates) => sum + updates.length, this.#waiting.length) }

  get waits() { return this.#waiting.length > 0 }

  /** @param {Bytes} update */
  add(update) { this.#waiting.push(update) }

  /** A channel begins: numbers count from 1, and whatever was under way has to be sent again. */
  begin() {
    this.#waiting.unshift(...this.#back([...this.#sent.keys()]))
    this.#number = 0
  }

  /** Takes all that waits, as one message. */
  take() {
    const updates = this.#waiting.splice(0)
    return { n: this.#carry(updates), update: this.merge(updates) }
  }

  /** The number of a message that has everything in it, also what is under way. */
  takeAll() { return this.#carry([...this.#back([...this.#sent.keys()]), ...this.#waiting.splice(0)]) }

  /** Everything up to n is stored, but for what was refused. @param {number} n */
  acknowledged(n) { this.#back([...this.#sent.keys()].filter(number => number <= n)) }

  /** @param {number} n */
  refused(n) { this.#waiting.unshift(...this.#back([n])) }

  /** Nothing of it will ever be sent. */
  clear() {
    this.#waiting = []
    this.#sent.clear()
  }

  /** @param {Bytes[]} updates */
  #carry(updates) {
    this.#sent.set(++this.#number, updates)
    return this.#number
  }

  /** @param {number[]} numbers */
  #back(numbers) {
    return numbers.flatMap(n => {
      const updates = this.#sent.get(n) ?? []
      this.#sent.delete(n)
      return updates
    })
  }
}
