// @ts-check
// What was written and is not acknowledged yet. Each message has a number; a number that is acknowledged takes
// what it carried away, one that is refused gives it back, to be sent again or to be counted as unsaved.

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {{ update: Bytes, changes: number }} Entry an update of Yjs, and how many changes are in it */

/** @param {Entry[]} entries */
const bytesOf = entries => entries.reduce((sum, { update }) => sum + update.length, 0)

export class Outbox {
  #number = 0
  /** What waits to be sent. @type {Entry[]} */
  #waiting = []
  /** What is under way, by the number of its message. @type {Map<number, Entry[]>} */
  #sent = new Map()

  /** @param {(updates: Bytes[]) => Bytes} merge */
  constructor(merge) { this.merge = merge }

  /** How many changes are not known to be saved. */
  get size() { return [...this.#sent.values()].flat().concat(this.#waiting).reduce((sum, { changes }) => sum + changes, 0) }

  get waits() { return this.#waiting.length > 0 }

  /** How many bytes are under way. */
  get underWay() { return bytesOf([...this.#sent.values()].flat()) }

  /** @param {Bytes} update */
  add(update) { this.#waiting.push({ update, changes: 1 }) }

  /** A channel begins: numbers count from 1, and whatever was under way has to be sent again. */
  begin() {
    this.recall()
    this.#number = 0
  }

  /** What is under way has to be sent again. */
  recall() { this.#waiting.unshift(...this.#back([...this.#sent.keys()])) }

  /** Takes what waits, as one message of so many bytes, or of one update that has more. @param {number} most */
  take(most) {
    let bytes = 0
    const end = this.#waiting.findIndex(({ update }, i) => (bytes += update.length) > most && i > 0)
    const entries = this.#waiting.splice(0, end < 0 ? this.#waiting.length : end)
    return { n: this.#carry(entries), update: this.merge(entries.map(({ update }) => update)) }
  }

  /** The number of a message whose update is all that is under way and waits, and perhaps more. @param {Bytes} update */
  takeAll(update) {
    const changes = this.size
    this.recall()
    this.#waiting = []
    return this.#carry([{ update, changes }])
  }

  /** The number of a message that carries nothing. */
  takeNothing() { return this.#carry([]) }

  /** Everything up to n is stored, but for what was refused. @param {number} n */
  acknowledged(n) { this.#back([...this.#sent.keys()].filter(number => number <= n)) }

  /** @param {number} n */
  refused(n) { this.#waiting.unshift(...this.#back([n])) }

  /** @param {Entry[]} entries */
  #carry(entries) {
    this.#sent.set(++this.#number, entries)
    return this.#number
  }

  /** @param {number[]} numbers */
  #back(numbers) {
    return numbers.flatMap(n => {
      const entries = this.#sent.get(n) ?? []
      this.#sent.delete(n)
      return entries
    })
  }
}
