// @ts-check
import { answerOf, bytesOf, failure, invoke, noConnection } from './answer.js'
import { ACTIONS, IMPLICIT_SUBSCRIPTIONS, SocketIODialect } from './dialect.js'
import { Emitter } from './emitter.js'
import { PlainJoin, Subscription, membershipOf } from './subscription.js'

/** @typedef {import('./types').Frame} Frame */
/** @typedef {import('./types').Answer} Answer */
/** @typedef {import('./types').RequestOptions} RequestOptions */
/** @typedef {import('./types').RequestCallback} RequestCallback */
/** @typedef {import('./types').SubscribeOptions} SubscribeOptions */
/** @typedef {import('./types').SocketOptions} SocketOptions */
/** @typedef {import('./subscription.js').Membership} Membership */
/** @typedef {{ frame: Frame, done: (answer: Answer) => void, sentAt?: number, expires?: number }} Call */

const QUEUE_MS = 30_000 // longer than a train tunnel, shorter than a user waits
const QUEUE_CALLS = 100 // the burst that the server's rate limit allows
const PROBE_MS = 3_000
const HANDSHAKE_MS = 10_000
const FRAME_BYTES = 65_536 // the server closes with 1009 when a frame is longer
/** The paths by which a page signs its user in or up. */
const SIGN_INS = new Set(['/api/login', '/api/signup', '/signin', '/signin/demo', '/signup'])

const RESTARTING = 1012
const SIGNED_OUT = 4401
const FLOODED = 4429

/** The names of binary messages, by the byte after the channel's number. */
const KINDS = ['STEP1', 'STEP2', 'UPDATE', 'AWARENESS', 'ACK', 'REFUSED']

export class Socket extends Emitter {
  /** Sent with every request. @type {Record<string, string>} */
  headers = {}
  /** The round trip of the latest request, in ms. @type {number | undefined} */
  rtt
  /** @type {string | undefined} */
  id
  /** The user that the server authenticated; null: anonymous. @type {number | null} */
  userId = null

  #dialect = new SocketIODialect((name, data) => this.dispatch(name, data))
  /** @type {SocketOptions} */ #options
  /** @type {WebSocket | undefined} */ #ws
  /** @type {AbortController | undefined} */ #wanted
  /** @type {Set<Subscription>} */ #subscriptions = new Set()
  /** What plain requests have joined, by Membership.key. @type {Map<string, PlainJoin>} */ #plainJoins = new Map()
  /** @type {Call[]} */ #queue = []
  /** @type {Map<number, Call>} */ #inFlight = new Map()
  /** @type {Set<Function>} */ #taps = new Set()
  /** @type {Set<string>} */ #implicit = new Set()
  #connected = false
  #outdated = false // the user has signed in since the handshake began
  #ready = false
  #connectedBefore = false
  #ids = 0
  #failures = 0
  #lastReceived = 0
  #silent = false
  #timers = { retry: 0, handshake: 0, pulse: 0, probe: 0, queue: 0 }

  /** @param {SocketOptions} options */
  constructor(options) {
    super()
    this.#options = options
    this.headers = options.headers ?? {}
    this.#watchSignIns()
    if (options.autoConnect !== false) this.reconnect()
  }

  /**
   * Subscribes first where the Socket.IO dialect expects events without a subscription.
   * @param {string} name @param {Function} fn
   */
  on(name, fn) {
    const source = IMPLICIT_SUBSCRIPTIONS[name]
    if (source && !this.#implicit.has(source)) {
      this.#implicit.add(source)
      this.subscribe(source, {}, { events: {} })
    }
    return super.on(name, fn)
  }

  /* Requests */

  get = this.#verb('GET')
  post = this.#verb('POST')
  put = this.#verb('PUT')
  patch = this.#verb('PATCH')
  delete = this.#verb('DELETE')

  /** @param {string} method @returns {import('./types').Verb} */
  #verb(method) {
    /** @param {string} url @param {any} [data] @param {RequestCallback} [cb] @returns {any} */
    const call = (url, data, cb) =>
      typeof data === 'function' ? this.request({ method, url }, data) : this.request({ method, url, data }, cb)
    return call
  }

  /** @param {RequestOptions} options @param {RequestCallback} [cb] @returns {any} */
  request(options, cb) {
    if (!cb) return new Promise(resolve => this.request(options, (_, answer) => resolve(answer)))
    this.rawRequest(options, (answer, frame) => {
      invoke(cb, answer.body, answer)
      this.#trackJoins(frame, answer)
    })
  }

  /**
   * Sends a request without tracking what it joins, leaves or changes.
   * @param {RequestOptions} options @param {(answer: Answer, frame: Frame) => void} done
   */
  rawRequest({ method = 'GET', url, data, headers }, done) {
    /** @type {Frame} */
    const frame = { id: ++this.#ids, method: method.toUpperCase(), url, data }
    const all = { ...this.headers, ...headers }
    if (Object.keys(all).length) frame.headers = all
    const call = { frame, done: (/** @type {Answer} */ answer) => done(answer, frame) }
    if (this.#connected) this.#transmit(call)
    else this.#enqueue(call)
  }

  /** @param {Call} call */
  #transmit(call) {
    const text = JSON.stringify(call.frame)
    if (text.length * 3 > FRAME_BYTES && bytesOf(text) > FRAME_BYTES) {
      return call.done(failure(413, 'That is too long to send.'))
    }
    call.sentAt = performance.now()
    this.#inFlight.set(/** @type {number} */ (call.frame.id), call)
    this.#ws?.send(text)
    if (this.#taps.size) this.#tapFrame('out', `${call.frame.method} ${call.frame.url}`, text, call.frame)
  }

  /** @param {Call} call */
  #enqueue(call) {
    if (this.#queue.length >= QUEUE_CALLS) return void setTimeout(() => call.done(noConnection()))
    call.expires = Date.now() + QUEUE_MS
    this.#queue.push(call)
    this.#timers.queue ||= setTimeout(() => this.#expire(), QUEUE_MS)
  }

  #expire() {
    const expired = this.#queue.filter(call => Number(call.expires) <= Date.now())
    this.#queue = this.#queue.slice(expired.length)
    this.#timers.queue = this.#queue.length
      ? setTimeout(() => this.#expire(), Number(this.#queue[0].expires) - Date.now())
      : 0
    for (const call of expired) call.done(noConnection())
  }

  /* Subscriptions */

  /**
   * Joins by `GET url`, delivers the snapshot and then the events, and repeats both after every break.
   * @param {string} url @param {Record<string, any>} data @param {SubscribeOptions} options
   */
  subscribe(url, data, options) {
    const subscription = new Subscription(this, url, data, options, () => {
      this.#subscriptions.delete(subscription)
      this.checkReady()
    })
    this.#subscriptions.add(subscription)
    this.#ready = false
    subscription.join()
    return subscription
  }

  /**
   * Records what a plain request has joined or left, or changed in a room.
   * @param {Frame} frame @param {Answer} answer
   */
  #trackJoins(frame, answer) {
    const membership = membershipOf(frame)
    if (membership?.joins) this.#addPlainJoin(membership, frame, answer)
    else if (membership) this.#plainJoins.get(membership.key)?.stop()
    const seq = Number(answer.headers['X-Seq'])
    if (seq) for (const join of this.#plainJoins.values()) if (join.isOf(answer.body?.roomId)) join.addOwn(seq)
  }

  /** @param {Membership} membership @param {Frame} frame @param {Answer} answer */
  #addPlainJoin({ key, path, query }, { headers }, answer) {
    const seq = 'X-Seq' in answer.headers ? Number(answer.headers['X-Seq']) : undefined // 0: a new room
    const followed = [...this.#subscriptions].some(s => !(s instanceof PlainJoin) && membershipOf(s)?.key === key)
    if (answer.error || (followed && seq === undefined)) return // the page's own subscription repeats it
    this.#plainJoins.get(key)?.stop()
    const join = new PlainJoin(this, path, query, { headers, seq }, () => {
      this.#subscriptions.delete(join)
      if (this.#plainJoins.get(key) === join) this.#plainJoins.delete(key)
      this.checkReady()
    })
    this.#subscriptions.add(join)
    this.#plainJoins.set(key, join)
  }

  /** Reports whether there is a connection and every subscription is active. */
  isReady() { return this.#connected && [...this.#subscriptions].every(s => s.active) }

  /** Dispatches `ready` if the subscription that has just become active, or stopped, was the last one missing. */
  checkReady() {
    const wasReady = this.#ready
    this.#ready = this.isReady()
    if (this.#ready && !wasReady) this.dispatch('ready')
  }

  /* The connection */

  isConnected() { return this.#connected }
  isConnecting() { return !this.#connected && !!this.#wanted }
  get connected() { return this.#connected }

  /** Connects now, without waiting for the backoff. */
  reconnect() {
    if (!this.#wanted) this.#watchPage()
    if (!this.#ws) this.#connect()
    return this
  }

  /** Closes the connection and opens no other until `reconnect()`. */
  disconnect() {
    this.#wanted?.abort()
    this.#wanted = undefined
    if (this.#ws) this.#drop(1000)
    clearTimeout(this.#timers.retry)
    return this
  }

  connect() { return this.reconnect() }
  close() { return this.disconnect() }

  async #connect() {
    clearTimeout(this.#timers.retry)
    clearTimeout(this.#timers.handshake)
    this.#timers.handshake = setTimeout(() => this.#drop(0), HANDSHAKE_MS)
    const wanted = this.#wanted
    const url = await this.#address()
    if (!url || wanted !== this.#wanted || this.#ws) return
    this.#outdated = false
    const ws = this.#ws = new WebSocket(url)
    ws.binaryType = 'arraybuffer'
    ws.onmessage = ({ data }) => { if (ws === this.#ws) this.#receive(data) }
    ws.onclose = ({ code }) => { if (ws === this.#ws) this.#drop(code) }
  }

  /** The URL of the handshake. A browser cannot send a token with it, so a token is exchanged for a ticket first. */
  async #address() {
    const url = new URL('/socket', new URL(this.#options.url || '/', location.href))
    url.protocol = url.protocol.replace('http', 'ws')
    if (this.#options.view) url.searchParams.set('view', this.#options.view)
    if (!this.#options.auth?.token) return url
    const ticket = await this.#ticket(this.#options.auth.token)
    if (ticket) url.searchParams.set('ticket', ticket)
    return ticket && url
  }

  /** @param {string} token */
  async #ticket(token) {
    const url = new URL('/api/tickets', new URL(this.#options.url || '/', location.href))
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}` },
        credentials: 'omit',
      })
      if (response.ok) return (await response.json()).ticket
      this.#drop(response.status === 401 ? SIGNED_OUT : 0, 'Authentication failed')
    } catch { this.#drop(0) }
  }

  /** @param {Frame} frame `connected`, the server's first event */
  #welcome({ data }) {
    clearTimeout(this.#timers.handshake)
    this.#connected = true
    this.#failures = 0
    this.id = data.connectionId
    this.userId = data.userId
    this.#watchHeartbeat(data.heartbeatMs)
    for (const s of this.#subscriptions) s.join()
    for (const call of this.#queue.splice(0)) this.#transmit(call)
    this.dispatch('connect')
    if (this.#connectedBefore) this.dispatch('reconnect')
    this.#connectedBefore = true
    this.checkReady()
    this.#reconnectIfSignedIn()
  }

  /**
   * Notices sign-ins. The page, or a library in it, may sign in by a fetch that does not pass through the socket;
   * its resource timing entry appears when the response with the session cookie has arrived.
   */
  #watchSignIns() {
    if (this.#options.auth?.token) return
    const origin = new URL(this.#options.url || '/', location.href).origin
    new PerformanceObserver(list => {
      for (const { name, responseStatus } of /** @type {PerformanceResourceTiming[]} */ (list.getEntries())) {
        const url = new URL(name)
        if (responseStatus < 400 && url.origin === origin && SIGN_INS.has(url.pathname)) this.#outdated = true
      }
      this.#reconnectIfSignedIn()
    }).observe({ type: 'resource' })
  }

  /**
   * Reconnects if this connection is anonymous and the user has signed in since its handshake. Requests in flight
   * are answered first.
   */
  #reconnectIfSignedIn() {
    if (!this.#outdated || !this.#connected || this.userId !== null || this.#inFlight.size) return
    this.#drop(1000)
    this.reconnect()
  }

  /**
   * Ends a connection that has closed or failed, or closes it: its requests fail, and a retry is scheduled.
   * @param {number} code the close code; 0 when this side gave up @param {string} [reason]
   */
  #drop(code, reason = 'No connection') {
    const wasConnected = this.#connected
    const calls = [...this.#inFlight.values()]
    this.#closeSocket()
    for (const s of this.#subscriptions) s.connectionLost()
    for (const call of calls) call.done(noConnection())
    if (wasConnected) this.dispatch('disconnect', code)
    else if (this.#wanted) this.dispatch('connect_error', new Error(reason))
    if (code === SIGNED_OUT) this.#stop()
    else if (this.#wanted && !this.#ws) this.#timers.retry = setTimeout(() => this.#connect(), this.#delay(code))
  }

  #closeSocket() {
    const ws = this.#ws
    this.#ws = undefined
    this.#connected = this.#ready = false
    this.#inFlight.clear()
    const { handshake, pulse, probe } = this.#timers
    for (const timer of [handshake, pulse, probe]) clearTimeout(timer)
    this.#timers.probe = 0
    ws?.close()
  }

  #stop() {
    this.disconnect()
    for (const call of this.#queue.splice(0)) call.done(noConnection())
    this.dispatch('signedOut')
  }

  /** The backoff before the next attempt, in ms. @param {number} code */
  #delay(code) {
    if (code === RESTARTING) return Math.random() * 5_000
    if (code === FLOODED) return 30_000
    if (this.#silent) { // a probe was not answered: the connection may have been dead for long
      this.#silent = false
      return 0
    }
    const { reconnectionDelay: first = 1_000, reconnectionDelayMax: most = 5_000 } = this.#options
    const wait = navigator.onLine ? first * 2 ** this.#failures++ : most
    return Math.min(wait, most) * (0.5 + Math.random())
  }

  /* Liveness */

  /** @param {number} heartbeatMs */
  #watchHeartbeat(heartbeatMs) {
    const period = heartbeatMs / 5
    let last = Date.now()
    this.#timers.pulse = setInterval(() => {
      const now = Date.now()
      const slept = now - last > period + 5_000
      last = now
      if (slept) this.#probe()
      else if (now - this.#lastReceived > 1.5 * heartbeatMs) this.#drop(0)
    }, period)
  }

  /** Drops the connection unless a frame arrives within PROBE_MS. Any frame counts; the request provokes one. */
  #probe() {
    if (this.#timers.probe) return
    this.#silent = true
    this.request({ url: '/healthz' }, () => {})
    this.#timers.probe = setTimeout(() => {
      this.#timers.probe = 0
      if (this.#silent) this.#drop(0)
    }, PROBE_MS)
  }

  /** Probes or reconnects when the network changes or the page becomes visible again. */
  #watchPage() {
    const { signal } = this.#wanted = new AbortController()
    const check = (/** @type {Event} */ event) => {
      const loading = event instanceof PageTransitionEvent && event.type === 'pageshow' && !event.persisted
      if (loading || document.visibilityState === 'hidden') return
      if (this.#connected) this.#probe()
      else if (!this.#ws) this.#connect()
    }
    for (const name of ['online', 'offline', 'pageshow']) addEventListener(name, check, { signal })
    document.addEventListener('visibilitychange', check, { signal })
    // The browser may keep a page that was left, for "Back"; its user would still be counted as present.
    addEventListener('pagehide', () => this.#ws && this.#drop(1000), { signal })
  }

  /* Frames */

  /** @param {string | ArrayBuffer} message */
  #receive(message) {
    this.#lastReceived = Date.now()
    this.#silent = false
    if (typeof message !== 'string') return this.#receiveBinary(new Uint8Array(message))
    for (const text of message.split('\n')) {
      if (!text) continue
      const frame = JSON.parse(text)
      if (frame.event) this.#event(frame, text)
      else this.#reply(frame, text)
    }
  }

  /** @param {Frame} frame @param {string} text */
  #reply(frame, text) {
    const call = this.#inFlight.get(Number(frame.id))
    if (!call) return
    this.#inFlight.delete(Number(frame.id))
    this.rtt = performance.now() - Number(call.sentAt)
    this.dispatch('rtt', this.rtt)
    if (this.#taps.size) this.#tapFrame('in', `${call.frame.method} ${call.frame.url}`, text, frame, this.rtt)
    call.done(answerOf(frame))
    this.#reconnectIfSignedIn()
  }

  /** @param {Frame} frame @param {string} text */
  #event(frame, text) {
    if (this.#taps.size) this.#tapFrame('in', String(frame.event), text, frame)
    if (frame.event === 'connected') return this.#welcome(frame)
    const subscribers = [...this.#subscriptions].filter(s => s.matches(frame))
    subscribers.forEach((s, i) => s.offer(frame, i === 0))
    if (!subscribers.length) this.deliver(frame)
  }

  /** Dispatches an event under its name, its name in the Socket.IO dialect, and `*`. @param {Frame} frame */
  deliver(frame) {
    this.dispatch(String(frame.event), frame.data, frame)
    this.#dialect.translate(String(frame.event), frame.data)
    this.dispatch('*', frame.data, frame)
  }

  /** @param {Uint8Array} bytes */
  #receiveBinary(bytes) {
    if (this.#taps.size) this.#tapBinary('in', bytes)
    this.dispatch('binary', bytes)
  }

  /**
   * Sends a document's message. It returns false if there is no connection; the message is not queued then.
   * @param {Uint8Array<ArrayBuffer>} bytes
   */
  sendBinary(bytes) {
    if (!this.#connected) return false
    this.#ws?.send(bytes)
    if (this.#taps.size) this.#tapBinary('out', bytes)
    return true
  }

  /** @param {'in' | 'out'} direction @param {Uint8Array} bytes */
  #tapBinary(direction, bytes) {
    const name = KINDS[bytes[bytes.findIndex(byte => byte < 0x80) + 1]] ?? 'binary'
    for (const fn of this.#taps) invoke(fn, { direction, name, bytes: bytes.length, frame: { event: name } })
  }

  /** Calls fn with every frame, in both directions, until the returned function is called. @param {Function} fn */
  tap(fn) {
    this.#taps.add(fn)
    return () => this.#taps.delete(fn)
  }

  /**
   * @param {'in' | 'out'} direction @param {string} name @param {string} text
   * @param {Frame} frame @param {number} [ms]
   */
  #tapFrame(direction, name, text, frame, ms) {
    for (const fn of this.#taps) invoke(fn, { direction, name, bytes: bytesOf(text), ms, frame })
  }

  /**
   * Sends a request by its name in the Socket.IO dialect. That guide's sender expects its own message as an event;
   * our server returns it as the answer, so the answer is dispatched as the event.
   * @param {string} name @param {any} [arg]
   */
  emit(name, arg) {
    const action = ACTIONS[name]
    if (!action) return console.warn(`no action answers "${name}"`)
    const [method, url, data] = action(arg)
    this.request({ method, url, data }, (body, answer) => {
      if (name === 'chat:message' && !answer.error) this.dispatch(name, { ...body, user: body.sender })
    })
  }
}
