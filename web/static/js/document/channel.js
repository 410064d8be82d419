// @ts-check
// Keeps a Y.Doc in step with the server's over the page's socket. What you can rely on: what `unsaved` does not count
// is committed; a change is sent until it is acknowledged or refused for good; after every break both sides exchange
// what the other lacks. The messages are in message.js, their meaning in docs/protocol.md.
import { Awareness, Doc, applyAwarenessUpdate, applyUpdate, encodeAwarenessUpdate, encodeStateAsUpdate, encodeStateVector, mergeUpdates, removeAwarenessStates } from '../../vendor/document.js'
import { Emitter } from './emitter.js'
import { ACK, AWARENESS, REFUSED, Reader, STEP1, STEP2, UPDATE, WHY, write } from './message.js'
import { Outbox } from './outbox.js'

/** @typedef {import('./page.js').Role} Role */
/** @typedef {import('./message.js').Bytes} Bytes */
/** @typedef {{ channel: number, client: number, epoch: number, role: Role, collaborators: import('./people.js').Visit[] }} Joined */

const GATHER_MS = 25 // 40 messages a second; the server takes 60
const CARET_MS = 100 // 10 a second; the server takes 15
const PAUSE_MS = 1_000 // after "too fast"
const MEND_MS = 2_000 // after a change that may have made sendable what was not: a join is the server's work
const MAX_UPDATE = 1 << 20 // bytes; past it the server closes the connection
const BATCH = 256 << 10 // bytes under way; the server takes as many a second
const NOTHING = new Uint8Array(2) // an update without anything in it
const TOO_LARGE = 'This is too large to be sent. It stays here, and you can go on writing: undo it, or delete part of it.'

/**
 * Emits `joined` (Joined), `synced` (once), `change` (unsaved, connection or role), `role` (Role), `gone` (why),
 * `stuck` (why in words), `broken`, `arrived` and `left` (Visit).
 */
export class Channel extends Emitter {
  synced = false
  /** Why nothing more is sent, in words. */
  stuck = ''
  #id = 0 // 0: no channel
  #inStep = false // the server was told what it lacked
  #brought = false // what was there before the first change is at the server, or in the outbox
  #timers = { edits: 0, caret: 0, ask: 0, mend: 0 }
  /** @type {import('../types').Subscription | undefined} */
  #subscription
  #outbox = new Outbox(updates => /** @type {Bytes} */ (updates.length === 1 ? updates[0] : mergeUpdates(updates)))

  /**
   * @param {import('../types').Socket} socket @param {Doc} doc @param {Awareness} awareness
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

  /** How many changes are not known to be saved. */
  get unsaved() { return this.#outbox.size }

  get connected() { return this.#id !== 0 }

  get writes() { return this.role !== 'viewer' }

  open() {
    const { docId, schema, epoch } = this.page
    this.doc.on('update', (update, origin) => this.#edited(update, origin))
    this.awareness.on('update', (/** @type {any} */ _, /** @type {unknown} */ origin) => { if (origin !== this) this.#moved() })
    this.socket.on('binary', bytes => this.#receive(bytes))
    this.socket.on('disconnect', () => this.#broke())
    this.#subscription = this.socket.subscribe('/api/documents/join', { docId, schema, epoch }, {
      snapshot: joined => this.#joined(joined),
      error: answer => this.#over({ 409: 'outdated', 413: 'large' }[answer.statusCode] ?? 'revoked'),
      events: {
        documentRole: rights => this.#mine(rights) && this.#becomes(rights.role),
        documentGone: gone => this.#mine(gone) && this.#over(gone.why),
        collaboratorJoined: visit => { if (this.#mine(visit)) this.#arrived(visit) },
        collaboratorLeft: visit => { if (this.#mine(visit)) this.emit('left', visit) },
      },
    })
  }

  /** @param {{ docId: number }} told */
  #mine({ docId }) { return docId === this.page.docId }

  /** @param {Joined} joined */
  #joined(joined) {
    this.#id = joined.channel
    this.#inStep = false
    this.#outbox.begin()
    this.#identify(joined.client)
    this.emit('joined', joined)
    this.#becomes(joined.role)
    this.emit('change')
  }

  /** What is written and shown from now on is by the client that the server gave out. @param {number} client */
  #identify(client) {
    const { awareness, doc } = this, state = awareness.getLocalState()
    awareness.states.delete(awareness.clientID)
    awareness.meta.delete(awareness.clientID)
    doc.clientID = awareness.clientID = client
    awareness.setLocalState(state ?? {})
  }

  /** @param {Role} role */
  #becomes(role) {
    if (role === this.role) return
    const mayNow = role !== 'viewer' && !this.writes
    this.role = role
    this.emit('role', role)
    this.emit('change')
    if (mayNow && this.#inStep) this.#subscription?.join() // what was written before is sent
  }

  #broke() {
    this.#id = 0
    this.#inStep = false
    const others = [...this.awareness.getStates().keys()].filter(client => client !== this.awareness.clientID)
    removeAwarenessStates(this.awareness, others, this)
    this.emit('broken')
    this.emit('change')
  }

  /** @param {string} why */
  #over(why) {
    this.#subscription?.stop()
    this.#broke()
    this.emit('gone', why)
  }

  /* What comes */

  /** @param {Uint8Array} bytes */
  #receive(bytes) {
    const message = new Reader(bytes)
    if (!this.#id || message.number() !== this.#id) return
    switch (message.byte()) {
      case STEP1: return this.#answer(message.rest())
      case STEP2: return this.#caughtUp(message)
      case UPDATE: return applyUpdate(this.doc, message.rest(), this)
      case AWARENESS: return applyAwarenessUpdate(this.awareness, message.rest(), this)
      case ACK: return this.#acknowledged(message.number())
      case REFUSED: return this.#refused(message.number(), message.number(), message.text())
    }
  }

  /** The server says what it has: it gets what it lacks, and is asked for what we lack. @param {Uint8Array} known */
  #answer(known) {
    if (this.writes) this.#bring(known)
    this.#inStep = true
    this.#ask()
    this.#moved()
    this.flush()
  }

  /**
   * Sends what the server lacks. What is too large for one message goes as the changes that it was made of, in their
   * order. @param {Uint8Array} known
   */
  #bring(known) {
    this.stuck = ''
    const lacking = this.#lacking(known)
    if (lacking.length <= MAX_UPDATE) {
      this.#brought = true
      if (lacking.length > NOTHING.length && !this.#outbox.size) this.#outbox.add(lacking)
      return this.#send(STEP2, lacking, this.#outbox.takeAll(lacking))
    }
    this.#send(STEP2, NOTHING, this.#outbox.takeNothing())
    this.#outbox.recall()
    if (!this.#brought) this.#sticks(TOO_LARGE)
  }

  /** What the server does not have. @param {Uint8Array} known @returns {Bytes} */
  #lacking(known) {
    const lacking = encodeStateAsUpdate(this.doc, known)
    if (lacking.length <= MAX_UPDATE) return /** @type {Bytes} */ (lacking)
    const plain = new Doc() // ours keeps what was deleted, to undo it
    applyUpdate(plain, encodeStateAsUpdate(this.doc))
    return /** @type {Bytes} */ (encodeStateAsUpdate(plain, known))
  }

  /** Nothing more is sent until somebody acts. @param {string} why in words */
  #sticks(why) {
    this.stuck = why
    this.emit('stuck', why)
    this.emit('change')
  }

  #ask() { this.#send(STEP1, encodeStateVector(this.doc)) }

  /** @param {Reader} message */
  #caughtUp(message) {
    message.number()
    applyUpdate(this.doc, message.rest(), this)
    if (!this.synced) {
      this.synced = true
      this.emit('synced')
    }
    this.emit('change')
  }

  /** @param {number} n */
  #acknowledged(n) {
    this.#outbox.acknowledged(n)
    if (!this.#timers.edits) this.flush()
    this.emit('change')
  }

  /** A gap is followed by the server's STEP1; what is too fast waits; the rest stays until somebody acts. @param {number} n @param {number} why @param {string} text */
  #refused(n, why, text) {
    this.#outbox.refused(n)
    if (why === WHY.TOO_FAST) this.#pause(n === 0)
    else if (why !== WHY.GAP && why !== WHY.READ_ONLY) this.#sticks(text)
    this.emit('change')
  }

  /** @param {boolean} asked it was our STEP1 that came too fast */
  #pause(asked) {
    if (asked) this.#timers.ask ||= this.#later(PAUSE_MS, () => { this.#timers.ask = 0; this.#ask() })
    clearTimeout(this.#timers.edits)
    this.#timers.edits = this.#later(PAUSE_MS, () => this.flush())
  }

  /** @param {import('./people.js').Visit} visit */
  #arrived(visit) {
    this.emit('arrived', visit)
    this.#moved() // who is new has not seen our caret
  }

  /* What goes */

  /** @param {Uint8Array} update @param {unknown} origin */
  #edited(update, origin) {
    if (origin === this || !this.writes) return
    this.#outbox.add(/** @type {Bytes} */ (update))
    if (this.stuck) this.#timers.mend ||= this.#later(MEND_MS, () => this.#mend())
    else this.#timers.edits ||= this.#later(GATHER_MS, () => this.flush())
    this.emit('change')
  }

  /** Asks what the server lacks now: what could not be sent may be undone. */
  #mend() {
    this.#timers.mend = 0
    if (this.stuck) this.#subscription?.join()
  }

  /** Sends what was gathered, if the server is in step and not too much is under way. */
  flush() {
    clearTimeout(this.#timers.edits)
    this.#timers.edits = 0
    if (!this.#inStep || !this.writes || this.stuck || !this.#outbox.waits || this.#outbox.underWay >= BATCH) return
    const { n, update } = this.#outbox.take(BATCH)
    if (update.length <= MAX_UPDATE) return this.#send(UPDATE, update, n)
    this.#outbox.refused(n)
    this.#sticks(TOO_LARGE)
  }

  #moved() { this.#timers.caret ||= this.#later(CARET_MS, () => this.#showCaret()) }

  #showCaret() {
    this.#timers.caret = 0
    if (this.#inStep) this.#send(AWARENESS, encodeAwarenessUpdate(this.awareness, [this.awareness.clientID]))
  }

  /** @param {number} kind @param {Uint8Array} payload @param {number} [n] */
  #send(kind, payload, n) { if (this.#id) this.socket.sendBinary(write(this.#id, kind, payload, n)) }

  /** @param {number} ms @param {() => void} fn */
  #later(ms, fn) { return Number(setTimeout(fn, ms)) }
}
