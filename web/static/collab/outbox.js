// @ts-check
// The changes that the server has not acknowledged yet. Each message has a number: when it is acknowledged, its changes
// are removed; when it is refused, they wait again, to be sent later and counted as unsaved until then.

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {{ update: Bytes, changes: number }} Entry an update of Yjs, and the number of changes in it */

/** @param {Entry[]} entries */
const bytesOf = entries => entries.reduce((sum, { update }) => sum + update.length, 0)

export class Outbox {
  #number = 0
  /** The entries that wait to be sent. @type {Entry[]} */
  #waiting = []
  /** The entries in flight, by the number of their message. @type {Map<number, Entry[]>} */
  #sent = new Map()

  /** @param {(updates: Bytes[]) => Bytes} merge */
  constructor(merge) { this.merge = merge }

  /** The number of unacknowledged changes. */
  get size() {
    const entries = [...this.#sent.values()].flat().concat(this.#waiting)
    return entries.reduce((sum, { changes }) => sum + changes, 0)
  }

  get hasWaiting() { return this.#waiting.length > 0 }

  /** The number of bytes in flight. */
  get inFlight() { return bytesOf([...this.#sent.values()].flat()) }

  /** @param {Bytes} update */
  add(update) { this.#waiting.push({ update, changes: 1 }) }

  /** Begins a channel: numbers count from 1, and what was in flight waits again. */
  reset() {
    this.requeueAll()
    this.#number = 0
  }

  /** Makes everything in flight wait again. */
  requeueAll() { this.#waiting.unshift(...this.#takeBack([...this.#sent.keys()])) }

  /** Takes waiting entries as one message of at most so many bytes, or of one longer update. @param {number} most */
  take(most) {
    let bytes = 0
    const end = this.#waiting.findIndex(({ update }, i) => (bytes += update.length) > most && i > 0)
    const entries = this.#waiting.splice(0, end < 0 ? this.#waiting.length : end)
    return { n: this.#register(entries), update: this.merge(entries.map(({ update }) => update)) }
  }

  /** Takes everything, and returns the number of a message whose update includes all of it. @param {Bytes} update */
  takeAll(update) {
    const changes = this.size
    this.requeueAll()
    this.#waiting = []
    return this.#register([{ update, changes }])
  }

  /** Returns the number of a message without changes. */
  takeNothing() { return this.#register([]) }

  /** Removes the messages up to n, which are stored; a refused one has been requeued before. @param {number} n */
  acknowledge(n) { this.#takeBack([...this.#sent.keys()].filter(number => number <= n)) }

  /** Makes the changes of a refused message wait again. @param {number} n */
  requeue(n) { this.#waiting.unshift(...this.#takeBack([n])) }

  /** @param {Entry[]} entries */
  #register(entries) {
    this.#sent.set(++this.#number, entries)
    return this.#number
  }

  /** @param {number[]} numbers */
  #takeBack(numbers) {
    return numbers.flatMap(n => {
      const entries = this.#sent.get(n) ?? []
      this.#sent.delete(n)
      return entries
    })
  }
}
