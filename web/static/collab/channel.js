// @ts-check
// Synchronises a Y.Doc with the server's document over the page's socket. Guarantees: a change that `unsaved` does not
// count is committed; a change is sent until it is acknowledged or permanently refused; after every break both sides
// send what the other is missing. The messages are in message.js, their meaning in docs/protocol.md.
import {
  Awareness, Doc, applyAwarenessUpdate, applyUpdate, encodeAwarenessUpdate, encodeStateAsUpdate, encodeStateVector,
  mergeUpdates, removeAwarenessStates,
} from '../vendor/document.js'
import { Emitter } from './emitter.js'
import { ACK, AWARENESS, REFUSED, Reader, STEP1, STEP2, UPDATE, WHY, write } from './message.js'
import { Outbox } from './outbox.js'

/** @typedef {import('./page.js').Role} Role */
/** @typedef {import('./message.js').Bytes} Bytes */
/** @typedef {import('./people.js').Visit} Visit */
/** @typedef {import('../protocol').collab.Joined} Joined */

const GATHER_MS = 25 // 40 messages a second; the server accepts 60
const CARET_MS = 100 // 10 messages a second; the server accepts 15
const PAUSE_MS = 1_000 // after "too fast"
const REJOIN_MS = 2_000 // at most so often while a change cannot be sent: a join costs the server work
const MAX_UPDATE = 1 << 20 // bytes; the server closes the connection when an update is longer
const BATCH = 256 << 10 // bytes in flight; the server accepts as many per second
const NOTHING = new Uint8Array(2) // an empty update
const TOO_LARGE =
  'This change is too large to send. It stays on this page, and you can keep writing. Undo it or delete part of it.'

/**
 * Emits `joined` (Joined), `synced` (once), `change` (of unsaved, connected or role), `role` (Role), `gone` (why),
 * `stuck` (why, in words), `broken` (the connection), `arrived` and `left` (Visit).
 */
export class Channel extends Emitter {
  synced = false
  /** Why nothing more is sent, in words; "" while changes are sent. */
  stuck = ''
  #id = 0 // of the channel at the server; 0: none
  #inStep = false // the server has what it was missing, so that updates may follow
  #initialSent = false // the changes of the browser's copy were sent, or are in the outbox
  #timers = { edits: 0, caret: 0, step1: 0, rejoin: 0 }
  /** @type {import('../socket/types').Subscription | undefined} */
  #subscription
  #outbox = new Outbox(updates => /** @type {Bytes} */ (updates.length === 1 ? updates[0] : mergeUpdates(updates)))

  /**
   * @param {import('../socket/types').Socket} socket @param {Doc} doc @param {Awareness} awareness
   * @param {{ docId: number, schema: number, epoch: number, role: Role }} page
   */
  constructor(socket, doc, awareness, page) {
    super()
    this.socket = socket
    this.doc = doc
    this.awareness = awareness
    this.page = page
    this.role = page.role
  }

  /** How many changes the server has not acknowledged. */
  get unsaved() { return this.#outbox.size }

  get connected() { return this.#id !== 0 }

  get canWrite() { return this.role !== 'viewer' }

  open() {
    const { docId, schema, epoch } = this.page
    this.doc.on('update', (update, origin) => this.#onUpdate(update, origin))
    this.awareness.on('update', (/** @type {any} */ _, /** @type {unknown} */ origin) => {
      if (origin !== this) this.#scheduleCaret()
    })
    this.socket.on('binary', bytes => this.#receive(bytes))
    this.socket.on('disconnect', () => this.#close())
    this.#subscription = this.socket.subscribe('/api/documents/join', { docId, schema, epoch }, {
      snapshot: joined => this.#joined(joined),
      error: answer => this.#end({ 409: 'outdated', 413: 'large' }[answer.statusCode] ?? 'revoked'),
      events: {
        documentRole: rights => this.#isOurs(rights) && this.#setRole(rights.role),
        documentGone: gone => this.#isOurs(gone) && this.#end(gone.why),
        collaboratorJoined: visit => { if (this.#isOurs(visit)) this.#onArrived(visit) },
        collaboratorLeft: visit => { if (this.#isOurs(visit)) this.emit('left', visit) },
      },
    })
  }

  /** Reports whether an event is about this document. @param {{ docId: number }} event */
  #isOurs({ docId }) { return docId === this.page.docId }

  /** @param {Joined} joined */
  #joined(joined) {
    this.#id = joined.channel ?? 0
    this.#inStep = false
    this.#outbox.reset()
    this.#identify(joined.client)
    this.emit('joined', joined)
    this.#setRole(joined.role)
    this.emit('change')
  }

  /** Writes and shows the caret from now on as the Yjs client that the server assigned. @param {number} client */
  #identify(client) {
    const { awareness, doc } = this
    const state = awareness.getLocalState()
    awareness.states.delete(awareness.clientID)
    awareness.meta.delete(awareness.clientID)
    doc.clientID = awareness.clientID = client
    awareness.setLocalState(state ?? {})
  }

  /** @param {Role} role */
  #setRole(role) {
    if (role === this.role) return
    const gainsWriting = role !== 'viewer' && !this.canWrite
    this.role = role
    this.emit('role', role)
    this.emit('change')
    if (gainsWriting && this.#inStep) this.#subscription?.join() // sends what was written before the right was lost
  }

  #close() {
    this.#id = 0
    this.#inStep = false
    const others = [...this.awareness.getStates().keys()].filter(client => client !== this.awareness.clientID)
    removeAwarenessStates(this.awareness, others, this)
    this.emit('broken')
    this.emit('change')
  }

  /** @param {string} why */
  #end(why) {
    this.#subscription?.stop()
    this.#close()
    this.emit('gone', why)
  }

  /* Receiving */

  /** @param {Uint8Array} bytes */
  #receive(bytes) {
    const message = new Reader(bytes)
    if (!this.#id || message.number() !== this.#id) return
    switch (message.byte()) {
      case STEP1: return this.#onStep1(message.rest())
      case STEP2: return this.#onStep2(message)
      case UPDATE: return applyUpdate(this.doc, message.rest(), this)
      case AWARENESS: return applyAwarenessUpdate(this.awareness, message.rest(), this)
      case ACK: return this.#onAck(message.number())
      case REFUSED: return this.#onRefused(message.number(), message.number(), message.text())
    }
  }

  /**
   * Sends what the server is missing, and requests what this document is missing.
   * @param {Uint8Array} stateVector the server's
   */
  #onStep1(stateVector) {
    if (this.canWrite) this.#sendMissing(stateVector)
    this.#inStep = true
    this.#sendStep1()
    this.#scheduleCaret()
    this.flush()
  }

  /**
   * Sends what the server is missing. If that is too large for one message, the changes in the outbox are sent instead,
   * in their order.
   * @param {Uint8Array} stateVector
   */
  #sendMissing(stateVector) {
    this.stuck = ''
    const missing = this.#missing(stateVector)
    if (missing.length <= MAX_UPDATE) {
      this.#initialSent = true
      if (missing.length > NOTHING.length && !this.#outbox.size) this.#outbox.add(missing)
      return this.#send(STEP2, missing, this.#outbox.takeAll(missing))
    }
    this.#send(STEP2, NOTHING, this.#outbox.takeNothing())
    this.#outbox.requeueAll()
    if (!this.#initialSent) this.#setStuck(TOO_LARGE)
  }

  /** The update that the server is missing. @param {Uint8Array} stateVector @returns {Bytes} */
  #missing(stateVector) {
    const missing = encodeStateAsUpdate(this.doc, stateVector)
    if (missing.length <= MAX_UPDATE) return /** @type {Bytes} */ (missing)
    const plain = new Doc() // without deleted content, which this.doc keeps for undo
    applyUpdate(plain, encodeStateAsUpdate(this.doc))
    return /** @type {Bytes} */ (encodeStateAsUpdate(plain, stateVector))
  }

  /** Stops sending until the user changes something. @param {string} why in words */
  #setStuck(why) {
    this.stuck = why
    this.emit('stuck', why)
    this.emit('change')
  }

  #sendStep1() { this.#send(STEP1, encodeStateVector(this.doc)) }

  /** @param {Reader} message */
  #onStep2(message) {
    message.number()
    applyUpdate(this.doc, message.rest(), this)
    if (!this.synced) {
      this.synced = true
      this.emit('synced')
    }
    this.emit('change')
  }

  /** @param {number} n */
  #onAck(n) {
    this.#outbox.acknowledge(n)
    if (!this.#timers.edits) this.flush()
    this.emit('change')
  }

  /**
   * Requeues a refused message. After a gap the server sends its STEP1; after "too fast" the message is sent again when
   * PAUSE_MS are over; for any other reason but a lost right the channel is stuck.
   * @param {number} n the message's number; 0: a STEP1 @param {number} why @param {string} text
   */
  #onRefused(n, why, text) {
    this.#outbox.requeue(n)
    if (why === WHY.TOO_FAST) this.#pause(n === 0)
    else if (why !== WHY.GAP && why !== WHY.READ_ONLY) this.#setStuck(text)
    this.emit('change')
  }

  /** @param {boolean} step1 whether this side's STEP1 was refused */
  #pause(step1) {
    if (step1) {
      this.#timers.step1 ||= this.#later(PAUSE_MS, () => {
        this.#timers.step1 = 0
        this.#sendStep1()
      })
    }
    clearTimeout(this.#timers.edits)
    this.#timers.edits = this.#later(PAUSE_MS, () => this.flush())
  }

  /** @param {import('./people.js').Visit} visit */
  #onArrived(visit) {
    this.emit('arrived', visit)
    this.#scheduleCaret() // the new client does not have this one's caret
  }

  /* Sending */

  /** @param {Uint8Array} update @param {unknown} origin */
  #onUpdate(update, origin) {
    if (origin === this || !this.canWrite) return
    this.#outbox.add(/** @type {Bytes} */ (update))
    if (this.stuck) this.#timers.rejoin ||= this.#later(REJOIN_MS, () => this.#rejoin())
    else this.#timers.edits ||= this.#later(GATHER_MS, () => this.flush())
    this.emit('change')
  }

  /** Joins again to compare with the server: the change that could not be sent may have been undone. */
  #rejoin() {
    this.#timers.rejoin = 0
    if (this.stuck) this.#subscription?.join()
  }

  /** Sends the waiting changes, if the server has what came before them and fewer than BATCH bytes are in flight. */
  flush() {
    clearTimeout(this.#timers.edits)
    this.#timers.edits = 0
    if (!this.#inStep || !this.canWrite || this.stuck) return
    if (!this.#outbox.hasWaiting || this.#outbox.inFlight >= BATCH) return
    const { n, update } = this.#outbox.take(BATCH)
    if (update.length <= MAX_UPDATE) return this.#send(UPDATE, update, n)
    this.#outbox.requeue(n)
    this.#setStuck(TOO_LARGE)
  }

  #scheduleCaret() { this.#timers.caret ||= this.#later(CARET_MS, () => this.#sendCaret()) }

  #sendCaret() {
    this.#timers.caret = 0
    if (this.#inStep) this.#send(AWARENESS, encodeAwarenessUpdate(this.awareness, [this.awareness.clientID]))
  }

  /** @param {number} kind @param {Uint8Array} payload @param {number} [n] */
  #send(kind, payload, n) { if (this.#id) this.socket.sendBinary(write(this.#id, kind, payload, n)) }

  /** @param {number} ms @param {() => void} fn */
  #later(ms, fn) { return Number(setTimeout(fn, ms)) }
}
