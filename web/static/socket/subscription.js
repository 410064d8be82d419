// @ts-check
import { invoke } from './answer.js'

/** @typedef {import('./socket.js').Socket} Socket */
/** @typedef {import('./types').Answer} Answer */
/** @typedef {import('./types').Frame} Frame */
/** @typedef {import('./types').SubscribeOptions} SubscribeOptions */
/** @typedef {{ frame: Frame, toListeners: boolean }} Held */
/** @typedef {{ key: string, joins: boolean, path: string, query: Record<string, any> }} Membership */

const GAP_MS = 250 // an event that was only overtaken arrives within this time

/** @type {SubscribeOptions['events']} */
const NO_EVENTS = {}

/** Delivers a snapshot, then the changes to it, in order and each once. */
export class Subscription {
  /** Whether the connection's join has been answered. */
  active = false
  /** The seq of the last change applied; undefined where changes have none. @type {number | undefined} */
  seq

  /** @type {Held[]} */ #held = []
  #releasing = false
  #joins = 0
  #answered = 0
  #failures = 0
  #timer = 0

  /**
   * @param {Socket} socket @param {string} url @param {Record<string, any>} data
   * @param {SubscribeOptions} options @param {() => void} onStop
   */
  constructor(socket, url, data, options, onStop) {
    this.socket = socket
    this.url = url
    this.data = data
    this.options = options
    this.onStop = onStop
    this.seq = data?.after
  }

  /** Joins. Events are held until the answer has arrived: they may be newer than its snapshot, or part of it. */
  join() {
    clearTimeout(this.#timer)
    this.#timer = 0
    if (!this.socket.isConnected()) return
    const join = ++this.#joins
    const { url, options: { headers } } = this
    this.socket.rawRequest({ url, data: { ...this.data, after: this.seq }, headers }, answer => {
      if (join === this.#joins) this.#joined(answer)
    })
  }

  /** @param {Answer} answer */
  #joined(answer) {
    if (answer.statusCode === 0) return
    if (answer.error) return this.#refused(answer)
    const first = this.#answered === 0
    this.#answered = this.#joins
    this.#failures = 0
    const since = this.seq
    if (answer.headers['X-Seq']) this.seq = Number(answer.headers['X-Seq'])
    const reset = answer.headers['X-Reset'] === 'true'
    invoke(this.options.snapshot, answer.body, { first, reset, seq: this.seq, since })
    this.active = true
    this.#release()
    this.socket.checkReady()
  }

  /** Retries after 429 and 5xx; any other error ends the subscription. @param {Answer} answer */
  #refused(answer) {
    if (answer.statusCode === 429 || answer.statusCode >= 500) {
      const wait = Number(answer.headers['Retry-After']) * 1_000 || Math.min(1_000 * 2 ** this.#failures++, 5_000)
      this.#timer = setTimeout(() => this.join(), wait)
      return
    }
    this.stop()
    invoke(this.options.error, answer)
  }

  /** Discards the held events, which the next snapshot contains. */
  connectionLost() {
    clearTimeout(this.#timer)
    this.#timer = 0
    this.active = false
    this.#held = []
  }

  /** The listeners by event name. @returns {Record<string, Function | undefined>} */
  get #events() { return this.options.events }

  /** @param {Frame} frame */
  matches({ event, room }) {
    return String(event) in this.#events && (!this.options.room || this.options.room === room)
  }

  /**
   * Applies an event when its turn comes.
   * @param {Frame} frame @param {boolean} toListeners whether the socket's listeners get it, too
   */
  offer(frame, toListeners) {
    this.#held.push({ frame, toListeners })
    this.#held.sort((a, b) => (a.frame.data?.seq ?? 0) - (b.frame.data?.seq ?? 0))
    if (this.#answered === this.#joins) this.#release()
  }

  /**
   * Marks a change that this page made itself as seen, so that it leaves no gap.
   * @param {number} seq the `X-Seq` of the answer; 0 and NaN are ignored
   */
  seen(seq) { if (seq) this.offer({ data: { seq } }, false) }

  #release() {
    if (this.#releasing) return // called by a listener during the loop below, which will reach the new event
    this.#releasing = true
    while (this.#held.length && this.#isDue(this.#held[0].frame)) {
      this.#apply(/** @type {Held} */ (this.#held.shift()))
    }
    this.#releasing = false
    if (this.#held.length) this.#timer ||= setTimeout(() => this.join(), GAP_MS)
    else { clearTimeout(this.#timer); this.#timer = 0 }
  }

  /** Reports whether no seq is missing before the event. @param {Frame} frame */
  #isDue({ data }) { return !(data?.seq > Number(this.seq) + 1) }

  /** @param {Held} held */
  #apply({ frame, toListeners }) {
    const seq = frame.data?.seq
    if (seq <= Number(this.seq)) return // a duplicate
    if (this.seq !== undefined && seq !== undefined) this.seq = seq
    if (frame.event) invoke(this.#events[frame.event], frame.data, frame)
    if (toListeners) this.socket.deliver(frame)
  }

  /** Ends the subscription in the page. It does not leave the room: the page sends that request itself. */
  stop() {
    clearTimeout(this.#timer)
    this.#joins++
    this.options = { ...this.options, events: {} }
    this.onStop()
  }
}

/**
 * What a plain request has joined. It joins again after every break. Where changes have a seq, as in a chat room,
 * the changes that were missed are dispatched as the events that the page listens to anyway.
 */
export class PlainJoin extends Subscription {
  /** The seqs of this page's own changes, from their answers. @type {Set<number>} */ #own = new Set()

  /**
   * @param {Socket} socket @param {string} url @param {Record<string, any>} data
   * @param {{ headers?: Record<string, string>, seq?: number }} joined @param {() => void} onStop
   */
  constructor(socket, url, data, { headers, seq }, onStop) {
    // The events go to the socket's listeners; the subscription only puts them in order.
    super(socket, url, data, {
      headers,
      room: `chat-${data.roomId}`,
      events: seq !== undefined ? { newMessage() {}, messageUpdated() {}, messageDeleted() {} } : NO_EVENTS,
      snapshot: (body, { since }) => this.#replay(body, since),
    }, onStop)
    this.seq = seq
    this.active = true
  }

  /** Reports whether the chat room was joined by this. @param {unknown} roomId */
  isOf(roomId) { return !!roomId && String(roomId) === String(this.data.roomId) }

  /** @param {number} seq of a change of this page's own */
  addOwn(seq) {
    this.#own.add(seq)
    this.seen(seq)
  }

  /**
   * Dispatches missed changes as events.
   * @param {any} messages the messages that have changed, in their present state
   * @param {number | undefined} since the last seq applied before
   */
  #replay(messages, since) {
    if (since === undefined || !Array.isArray(messages)) return
    const missed = messages.filter(({ seq }) => seq > since && !this.#own.has(seq)).sort((a, b) => a.seq - b.seq)
    for (const message of missed) {
      const { id, roomId, seq, createdSeq, deletedAt } = message
      const isNew = createdSeq > since && !this.#own.has(createdSeq)
      if (deletedAt && isNew) continue
      const event = deletedAt ? 'messageDeleted' : isNew ? 'newMessage' : 'messageUpdated'
      const data = deletedAt ? { id, roomId, seq } : message
      this.socket.deliver({ event, room: this.options.room, data })
    }
  }
}

/**
 * What a request joins or leaves, or undefined if it does neither. The last segment of its path decides; the rest of
 * the path and the ids in the query are the key, by which a newer join replaces an older one and a leave finds it.
 * @param {Frame} request @returns {Membership | undefined}
 */
export function membershipOf({ method = 'GET', url = '', data }) {
  const [, base, word, search] = /^(.*)\/(join|subscribe|leave|unsubscribe)(?:\?(.*))?$/.exec(url) ?? []
  if (method !== 'GET' || !word) return
  const { after, ...query } = { ...Object.fromEntries(new URLSearchParams(search)), ...data }
  const ids = Object.keys(query).filter(name => name.endsWith('Id')).sort()
  const key = [base, ...ids.map(name => `${name}=${query[name]}`)].join(' ')
  return { key, joins: word === 'join' || word === 'subscribe', path: `${base}/${word}`, query }
}
