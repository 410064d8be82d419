// @ts-check
/**
 * The page's one connection: `io.socket`. A classic script without dependencies.
 *
 * What you can rely on:
 * - A request made while the connection is down waits its turn (30 s, 100 of them). One that was under way
 *   when it broke fails with `statusCode` 0, because nobody knows whether the server did it.
 * - A subscription is asked for again after every break, from the last seq it saw; its events come in the
 *   order of their seq, each once, and a hole is filled from the database.
 * - A join by a plain `get` is repeated after every break, too, until its leave. What was missed of a chat room
 *   comes as the events that would have told of it.
 * - An anonymous connection is made again when somebody signs in from within the page.
 * - `ready` is told when every subscription stands. Being connected alone means little.
 *
 * The types are in types.d.ts, the frames in docs/protocol.md.
 */
(() => {
  'use strict'

  /** @typedef {import('./types').Frame} Frame */
  /** @typedef {import('./types').Jwr} Jwr */
  /** @typedef {import('./types').RequestOptions} RequestOptions */
  /** @typedef {import('./types').RequestCallback} RequestCallback */
  /** @typedef {import('./types').SubscribeOptions} SubscribeOptions */
  /** @typedef {import('./types').SocketOptions} SocketOptions */
  /** @typedef {{ frame: Frame, tell: boolean }} Held */
  /** @typedef {{ frame: Frame, done: (jwr: Jwr) => void, sentAt?: number, expires?: number }} Call */
  /** @typedef {{ key: string, joins: boolean, path: string, query: Record<string, any> }} Membership */

  const QUEUE_MS = 30_000 // longer than a tunnel, shorter than a person's patience
  const QUEUE_CALLS = 100 // the server's burst
  const PROBE_MS = 3_000
  const HANDSHAKE_MS = 10_000
  const GAP_MS = 250 // what overtook on the way is here by then
  const FRAME_BYTES = 65_536 // past it the server closes with 1009
  /** Where a page may sign somebody in or up. */
  const SIGN_INS = new Set(['/api/login', '/api/signup', '/signin', '/signin/demo', '/signup'])
  const TYPING_MS = 6_000 // who said nothing for so long has stopped

  const RESTARTING = 1012
  const SIGNED_OUT = 4401
  const FLOODED = 4429

  /** Listeners by event name. One that throws is reported and does not stop the others. */
  class Emitter {
    /** @type {Map<string, Function[]>} */
    #listeners = new Map()

    /** @param {string} name @param {Function} fn */
    on(name, fn) {
      const known = this.#listeners.get(name) ?? []
      if (known.includes(fn)) console.warn(`"${name}" has this listener already: it will be called twice`)
      this.#listeners.set(name, [...known, fn])
      return this
    }

    /** @param {string} name @param {Function} fn */
    once(name, fn) {
      const first = (/** @type {unknown[]} */ ...args) => { this.off(name, first); fn(...args) }
      return this.on(name, first)
    }

    /** Without fn, all listeners of that name. @param {string} name @param {Function} [fn] */
    off(name, fn) {
      const known = this.#listeners.get(name) ?? []
      const at = fn ? known.indexOf(fn) : -1
      this.#listeners.set(name, fn ? known.filter((_, i) => i !== at) : [])
      return this
    }

    removeAllListeners() { this.#listeners.clear() }

    /** @param {string} name @param {unknown[]} args */
    tell(name, ...args) {
      for (const fn of this.#listeners.get(name) ?? []) guarded(fn, ...args)
    }
  }

  class Socket extends Emitter {
    /** Sent with every request. @type {Record<string, string>} */
    headers = {}
    /** How long the latest answer took, in ms. @type {number | undefined} */
    rtt
    /** @type {string | undefined} */
    id
    /** Who the server takes us for. @type {number | null} */
    userId = null

    #ears = new GuideEars((name, data) => this.tell(name, data))
    /** @type {SocketOptions} */ #options
    /** @type {WebSocket | undefined} */ #ws
    /** @type {AbortController | undefined} */ #wanted
    /** @type {Set<Subscription>} */ #subscriptions = new Set()
    /** What plain requests have joined, by what it is. @type {Map<string, PlainJoin>} */ #plainJoins = new Map()
    /** @type {Call[]} */ #queue = []
    /** @type {Map<number, Call>} */ #underWay = new Map()
    /** @type {Set<Function>} */ #taps = new Set()
    /** @type {Set<string>} */ #asked = new Set()
    #connected = false
    #outdated = false // somebody has signed in since the handshake began
    #ready = false
    #before = false
    #ids = 0
    #failures = 0
    #heard = 0
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

    /** The second guide's people hear of presence and notifications without asking. @param {string} name @param {Function} fn */
    on(name, fn) {
      const source = UNASKED[name]
      if (source && !this.#asked.has(source)) {
        this.#asked.add(source)
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
      if (!cb) return new Promise(resolve => this.request(options, (_, jwr) => resolve(jwr)))
      this.ask(options, (jwr, frame) => {
        guarded(cb, jwr.body, jwr)
        this.#note(frame, jwr)
      })
    }

    /** A request that the socket draws no conclusions from. @param {RequestOptions} options @param {(jwr: Jwr, frame: Frame) => void} done */
    ask({ method = 'GET', url, data, headers }, done) {
      /** @type {Frame} */
      const frame = { id: ++this.#ids, method: method.toUpperCase(), url, data }
      const all = { ...this.headers, ...headers }
      if (Object.keys(all).length) frame.headers = all
      const call = { frame, done: (/** @type {Jwr} */ jwr) => done(jwr, frame) }
      if (this.#connected) this.#transmit(call)
      else this.#enqueue(call)
    }

    /** @param {Call} call */
    #transmit(call) {
      const text = JSON.stringify(call.frame)
      if (text.length * 3 > FRAME_BYTES && bytesOf(text) > FRAME_BYTES) return call.done(failure(413, 'That is too long to send.'))
      call.sentAt = performance.now()
      this.#underWay.set(/** @type {number} */ (call.frame.id), call)
      this.#ws?.send(text)
      if (this.#taps.size) this.#tapped('out', `${call.frame.method} ${call.frame.url}`, text, call.frame)
    }

    /** @param {Call} call */
    #enqueue(call) {
      if (this.#queue.length >= QUEUE_CALLS) return void setTimeout(() => call.done(broken()))
      call.expires = Date.now() + QUEUE_MS
      this.#queue.push(call)
      this.#timers.queue ||= setTimeout(() => this.#expire(), QUEUE_MS)
    }

    #expire() {
      const late = this.#queue.filter(call => Number(call.expires) <= Date.now())
      this.#queue = this.#queue.slice(late.length)
      this.#timers.queue = this.#queue.length ? setTimeout(() => this.#expire(), Number(this.#queue[0].expires) - Date.now()) : 0
      for (const call of late) call.done(broken())
    }

    /* Subscriptions */

    /**
     * Joins by `GET url`, hands over the snapshot and then the events, and does so again after every break.
     * @param {string} url @param {Record<string, any>} data @param {SubscribeOptions} options
     */
    subscribe(url, data, options) {
      const subscription = new Subscription(this, url, data, options, () => {
        this.#subscriptions.delete(subscription)
        this.settle()
      })
      this.#subscriptions.add(subscription)
      this.#ready = false
      subscription.join()
      return subscription
    }

    /** Remembers what a plain request has joined or left, or changed in a room. @param {Frame} frame @param {Jwr} jwr */
    #note(frame, jwr) {
      const membership = membershipOf(frame)
      if (membership?.joins) this.#joined(membership, frame, jwr)
      else if (membership) this.#plainJoins.get(membership.key)?.stop()
      const seq = Number(jwr.headers['X-Seq'])
      if (seq) for (const join of this.#plainJoins.values()) if (join.is(jwr.body?.roomId)) join.made(seq)
    }

    /** @param {Membership} membership @param {Frame} frame @param {Jwr} jwr */
    #joined({ key, path, query }, { headers }, jwr) {
      const seq = 'X-Seq' in jwr.headers ? Number(jwr.headers['X-Seq']) : undefined // 0: a new room
      const followed = [...this.#subscriptions].some(s => !(s instanceof PlainJoin) && membershipOf(s)?.key === key)
      if (jwr.error || (followed && seq === undefined)) return // the page's own subscription repeats it
      this.#plainJoins.get(key)?.stop()
      const join = new PlainJoin(this, path, query, { headers, seq }, () => {
        this.#subscriptions.delete(join)
        if (this.#plainJoins.get(key) === join) this.#plainJoins.delete(key)
        this.settle()
      })
      this.#subscriptions.add(join)
      this.#plainJoins.set(key, join)
    }

    /** Whether the connection and every subscription stands. */
    isReady() { return this.#connected && [...this.#subscriptions].every(s => s.stands) }

    /** A subscription stands or is gone: perhaps it was the last one missing. */
    settle() {
      const before = this.#ready
      this.#ready = this.isReady()
      if (this.#ready && !before) this.tell('ready')
    }

    /* The connection */

    isConnected() { return this.#connected }
    isConnecting() { return !this.#connected && !!this.#wanted }
    get connected() { return this.#connected }

    /** Connects now, whatever the backoff says. */
    reconnect() {
      if (!this.#wanted) this.#wakeUp()
      if (!this.#ws) this.#connect()
      return this
    }

    /** Stays away until `reconnect()`. */
    disconnect() {
      this.#wanted?.abort()
      this.#wanted = undefined
      if (this.#ws) this.#broke(1000)
      clearTimeout(this.#timers.retry)
      return this
    }

    connect() { return this.reconnect() }
    close() { return this.disconnect() }

    async #connect() {
      clearTimeout(this.#timers.retry)
      clearTimeout(this.#timers.handshake)
      this.#timers.handshake = setTimeout(() => this.#broke(0), HANDSHAKE_MS)
      const wanted = this.#wanted
      const url = await this.#address()
      if (!url || wanted !== this.#wanted || this.#ws) return
      this.#outdated = false
      const ws = this.#ws = new WebSocket(url)
      ws.binaryType = 'arraybuffer'
      ws.onmessage = ({ data }) => { if (ws === this.#ws) this.#receive(data) }
      ws.onclose = ({ code }) => { if (ws === this.#ws) this.#broke(code) }
    }

    /** A browser cannot send a token with the handshake, so a token buys a ticket first. */
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
        const answer = await fetch(url, { method: 'POST', headers: { Authorization: `Bearer ${token}` }, credentials: 'omit' })
        if (answer.ok) return (await answer.json()).ticket
        this.#broke(answer.status === 401 ? SIGNED_OUT : 0, 'Authentication failed')
      } catch { this.#broke(0) }
    }

    /** @param {Frame} frame the server's first */
    #welcome({ data }) {
      clearTimeout(this.#timers.handshake)
      this.#connected = true
      this.#failures = 0
      this.id = data.connectionId
      this.userId = data.userId
      this.#watch(data.heartbeatMs)
      for (const s of this.#subscriptions) s.join()
      for (const call of this.#queue.splice(0)) this.#transmit(call)
      this.tell('connect')
      if (this.#before) this.tell('reconnect')
      this.#before = true
      this.settle()
      this.#identify()
    }

    /**
     * A page signs in by a fetch of its own, or of a library, which nobody here sees. Its timing is seen, when the
     * answer with the cookie is there.
     */
    #watchSignIns() {
      if (this.#options.auth?.token) return
      const origin = new URL(this.#options.url || '/', location.href).origin
      new PerformanceObserver(list => {
        for (const { name, responseStatus } of /** @type {PerformanceResourceTiming[]} */ (list.getEntries())) {
          const url = new URL(name)
          if (responseStatus < 400 && url.origin === origin && SIGN_INS.has(url.pathname)) this.#outdated = true
        }
        this.#identify()
      }).observe({ type: 'resource' })
    }

    /** Connects anew if somebody has signed in since this connection began without anybody. Answers under way come first. */
    #identify() {
      if (!this.#outdated || !this.#connected || this.userId !== null || this.#underWay.size) return
      this.#broke(1000)
      this.reconnect()
    }

    /** @param {number} code the close code, 0 when we gave up @param {string} [reason] */
    #broke(code, reason = 'No connection') {
      const was = this.#connected, calls = [...this.#underWay.values()]
      this.#letGo()
      for (const s of this.#subscriptions) s.lost()
      for (const call of calls) call.done(broken())
      if (was) this.tell('disconnect', code)
      else if (this.#wanted) this.tell('connect_error', new Error(reason))
      if (code === SIGNED_OUT) this.#stop()
      else if (this.#wanted && !this.#ws) this.#timers.retry = setTimeout(() => this.#connect(), this.#delay(code))
    }

    #letGo() {
      const ws = this.#ws
      this.#ws = undefined
      this.#connected = this.#ready = false
      this.#underWay.clear()
      const { handshake, pulse, probe } = this.#timers
      for (const timer of [handshake, pulse, probe]) clearTimeout(timer)
      this.#timers.probe = 0
      ws?.close()
    }

    #stop() {
      this.disconnect()
      for (const call of this.#queue.splice(0)) call.done(broken())
      this.tell('signedOut')
    }

    /** @param {number} code */
    #delay(code) {
      if (code === RESTARTING) return Math.random() * 5_000
      if (code === FLOODED) return 30_000
      if (this.#silent) { // a probe found it dead: it may have been so for long
        this.#silent = false
        return 0
      }
      const { reconnectionDelay: first = 1_000, reconnectionDelayMax: most = 5_000 } = this.#options
      const wait = navigator.onLine ? first * 2 ** this.#failures++ : most
      return Math.min(wait, most) * (0.5 + Math.random())
    }

    /* Is it alive? */

    /** @param {number} heartbeatMs */
    #watch(heartbeatMs) {
      const period = heartbeatMs / 5
      let last = Date.now()
      this.#timers.pulse = setInterval(() => {
        const now = Date.now(), slept = now - last > period + 5_000
        last = now
        if (slept) this.#probe()
        else if (now - this.#heard > 1.5 * heartbeatMs) this.#broke(0)
      }, period)
    }

    /** Any frame within the deadline will do; the request only provokes one. */
    #probe() {
      if (this.#timers.probe) return
      this.#silent = true
      this.request({ url: '/healthz' }, () => {})
      this.#timers.probe = setTimeout(() => {
        this.#timers.probe = 0
        if (this.#silent) this.#broke(0)
      }, PROBE_MS)
    }

    #wakeUp() {
      const { signal } = this.#wanted = new AbortController()
      const wake = (/** @type {Event} */ event) => {
        const loading = event.type === 'pageshow' && !(/** @type {PageTransitionEvent} */ (event).persisted)
        if (loading || document.visibilityState === 'hidden') return
        if (this.#connected) this.#probe()
        else if (!this.#ws) this.#connect()
      }
      for (const name of ['online', 'offline', 'pageshow']) addEventListener(name, wake, { signal })
      document.addEventListener('visibilitychange', wake, { signal })
      // A page that the browser keeps for "Back" would stay in its rooms while nobody is there.
      addEventListener('pagehide', () => this.#ws && this.#broke(1000), { signal })
    }

    /* Frames */

    /** @param {string | ArrayBuffer} message */
    #receive(message) {
      this.#heard = Date.now()
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
      const call = this.#underWay.get(Number(frame.id))
      if (!call) return
      this.#underWay.delete(Number(frame.id))
      this.rtt = performance.now() - Number(call.sentAt)
      this.tell('rtt', this.rtt)
      if (this.#taps.size) this.#tapped('in', `${call.frame.method} ${call.frame.url}`, text, frame, this.rtt)
      call.done(answer(frame))
      this.#identify()
    }

    /** @param {Frame} frame @param {string} text */
    #event(frame, text) {
      if (this.#taps.size) this.#tapped('in', String(frame.event), text, frame)
      if (frame.event === 'connected') return this.#welcome(frame)
      const takers = [...this.#subscriptions].filter(s => s.wants(frame))
      takers.forEach((s, i) => s.offer(frame, i === 0))
      if (!takers.length) this.happened(frame)
    }

    /** Tells the listeners of an event, under both its names, and those of all events. @param {Frame} frame */
    happened(frame) {
      this.tell(String(frame.event), frame.data, frame)
      this.#ears.hear(String(frame.event), frame.data)
      this.tell('*', frame.data, frame)
    }

    /** @param {Uint8Array} bytes */
    #receiveBinary(bytes) {
      if (this.#taps.size) this.#tappedBinary('in', bytes)
      this.tell('binary', bytes)
    }

    /** Sends a document's message; false: there is no connection, and it is not kept. @param {Uint8Array<ArrayBuffer>} bytes */
    sendBinary(bytes) {
      if (!this.#connected) return false
      this.#ws?.send(bytes)
      if (this.#taps.size) this.#tappedBinary('out', bytes)
      return true
    }

    /** @param {'in' | 'out'} direction @param {Uint8Array} bytes */
    #tappedBinary(direction, bytes) {
      const name = KINDS[bytes[bytes.findIndex(byte => byte < 0x80) + 1]] ?? 'binary'
      for (const fn of this.#taps) guarded(fn, { direction, name, bytes: bytes.length, frame: { event: name } })
    }

    /** Calls fn with every frame until the returned function is called. @param {Function} fn */
    tap(fn) {
      this.#taps.add(fn)
      return () => this.#taps.delete(fn)
    }

    /** @param {'in' | 'out'} direction @param {string} name @param {string} text @param {Frame} frame @param {number} [ms] */
    #tapped(direction, name, text, frame, ms) {
      for (const fn of this.#taps) guarded(fn, { direction, name, bytes: bytesOf(text), ms, frame })
    }

    /**
     * The second guide's way to ask. Its sender expects to hear its own message; ours answers it instead,
     * so the answer is told as if it had been heard.
     * @param {string} name @param {any} [arg]
     */
    emit(name, arg) {
      const action = ACTIONS[name]
      if (!action) return console.warn(`no action answers "${name}"`)
      const [method, url, data] = action(arg)
      this.request({ method, url, data }, (body, jwr) => {
        if (name === 'chat:message' && !jwr.error) this.tell(name, { ...body, user: body.sender })
      })
    }
  }

  /** @type {SubscribeOptions['events']} */
  const NO_EVENTS = {}

  /** What a page follows: a snapshot, then the changes to it, in order and each once. */
  class Subscription {
    stands = false
    /** The last change applied; undefined where changes are not numbered. @type {number | undefined} */
    seq

    /** @type {Held[]} */ #held = []
    #releasing = false
    #joins = 0
    #answered = 0
    #failures = 0
    #timer = 0

    /** @param {Socket} socket @param {string} url @param {Record<string, any>} data @param {SubscribeOptions} options @param {() => void} forget */
    constructor(socket, url, data, options, forget) {
      this.socket = socket
      this.url = url
      this.data = data
      this.options = options
      this.forget = forget
      this.seq = data?.after
    }

    /** Events are held back until the answer is here: they may be newer than the snapshot, or in it. */
    join() {
      clearTimeout(this.#timer)
      this.#timer = 0
      if (!this.socket.isConnected()) return
      const join = ++this.#joins
      const { url, options: { headers } } = this
      this.socket.ask({ url, data: { ...this.data, after: this.seq }, headers }, jwr => {
        if (join === this.#joins) this.#joined(jwr)
      })
    }

    /** @param {Jwr} jwr */
    #joined(jwr) {
      if (jwr.statusCode === 0) return
      if (jwr.error) return this.#refused(jwr)
      const first = this.#answered === 0
      this.#answered = this.#joins
      this.#failures = 0
      const since = this.seq
      if (jwr.headers['X-Seq']) this.seq = Number(jwr.headers['X-Seq'])
      guarded(this.options.snapshot, jwr.body, { first, reset: jwr.headers['X-Reset'] === 'true', seq: this.seq, since })
      this.stands = true
      this.#release()
      this.socket.settle()
    }

    /** Too fast and out of order pass; anything else is the server's last word. @param {Jwr} jwr */
    #refused(jwr) {
      if (jwr.statusCode === 429 || jwr.statusCode >= 500) {
        const wait = Number(jwr.headers['Retry-After']) * 1_000 || Math.min(1_000 * 2 ** this.#failures++, 5_000)
        this.#timer = setTimeout(() => this.join(), wait)
        return
      }
      this.stop()
      guarded(this.options.error, jwr)
    }

    /** The connection broke: what was held is in the next snapshot. */
    lost() {
      clearTimeout(this.#timer)
      this.#timer = 0
      this.stands = false
      this.#held = []
    }

    /** @param {Frame} frame */
    wants({ event, room }) {
      return String(event) in this.options.events && (!this.options.room || this.options.room === room)
    }

    /** @param {Frame} frame @param {boolean} tell whether to tell the socket's listeners too */
    offer(frame, tell) {
      this.#held.push({ frame, tell })
      this.#held.sort((a, b) => (a.frame.data?.seq ?? 0) - (b.frame.data?.seq ?? 0))
      if (this.#answered === this.#joins) this.#release()
    }

    /** A change that this page made itself, known from the answer's `X-Seq`, leaves no gap. @param {number} seq */
    seen(seq) { if (seq) this.offer({ data: { seq } }, false) }

    #release() {
      if (this.#releasing) return // by a listener of what is being released: the loop comes to it
      this.#releasing = true
      while (this.#held.length && this.#due(this.#held[0].frame)) this.#apply(/** @type {Held} */ (this.#held.shift()))
      this.#releasing = false
      if (this.#held.length) this.#timer ||= setTimeout(() => this.join(), GAP_MS)
      else { clearTimeout(this.#timer); this.#timer = 0 }
    }

    /** Whether nothing is missing before it. @param {Frame} frame */
    #due({ data }) { return !(data?.seq > Number(this.seq) + 1) }

    /** @param {Held} held */
    #apply({ frame, tell }) {
      const seq = frame.data?.seq
      if (seq <= Number(this.seq)) return // known already
      if (this.seq !== undefined && seq !== undefined) this.seq = seq
      if (frame.event) guarded(this.options.events[frame.event], frame.data, frame)
      if (tell) this.socket.happened(frame)
    }

    /** Forgets it. Leaving the room is the page's to ask for. */
    stop() {
      clearTimeout(this.#timer)
      this.#joins++
      this.options = { ...this.options, events: {} }
      this.forget()
    }
  }

  /**
   * What a plain request has joined: it is joined again after every break, and where changes are numbered, as in a
   * room of the chat, what was missed is told by the events that the page listens to anyway.
   */
  class PlainJoin extends Subscription {
    /** The changes that this page made itself, and knows of from their answers. @type {Set<number>} */ #own = new Set()

    /**
     * @param {Socket} socket @param {string} url @param {Record<string, any>} data
     * @param {{ headers?: Record<string, string>, seq?: number }} joined @param {() => void} forget
     */
    constructor(socket, url, data, { headers, seq }, forget) {
      // The listeners are the socket's: the subscription puts the events in order.
      super(socket, url, data, {
        headers,
        room: `chat-${data.roomId}`,
        events: seq !== undefined ? { newMessage() {}, messageUpdated() {}, messageDeleted() {} } : NO_EVENTS,
        snapshot: (body, { since }) => this.#replay(body, since),
      }, forget)
      this.seq = seq
      this.stands = true
    }

    /** @param {unknown} roomId */
    is(roomId) { return !!roomId && String(roomId) === String(this.data.roomId) }

    /** @param {number} seq of a change of this page's own */
    made(seq) {
      this.#own.add(seq)
      this.seen(seq)
    }

    /** @param {any} messages what has changed, as it is now @param {number | undefined} since the last seq that was seen */
    #replay(messages, since) {
      if (since === undefined || !Array.isArray(messages)) return
      for (const message of messages.filter(({ seq }) => seq > since && !this.#own.has(seq)).sort((a, b) => a.seq - b.seq)) {
        const { id, roomId, seq, createdSeq, deletedAt } = message
        const isNew = createdSeq > since && !this.#own.has(createdSeq)
        const event = deletedAt ? 'messageDeleted' : isNew ? 'newMessage' : 'messageUpdated'
        if (!deletedAt || !isNew) this.socket.happened({ event, room: this.options.room, data: deletedAt ? { id, roomId, seq } : message })
      }
    }
  }

  /**
   * What a request joins or leaves: told by the last word of its path, which comes first in the key, and the ids in
   * its query. A newer join of the same takes the place of the older. @param {Frame} request @returns {Membership | undefined}
   */
  function membershipOf({ method = 'GET', url = '', data }) {
    const [, of, word, search] = /^(.*)\/(join|subscribe|leave|unsubscribe)(?:\?(.*))?$/.exec(url) ?? []
    if (method !== 'GET' || !word) return
    const { after, ...query } = { ...Object.fromEntries(new URLSearchParams(search)), ...data }
    const ids = Object.keys(query).filter(name => name.endsWith('Id')).sort()
    const key = [of, ...ids.map(name => `${name}=${query[name]}`)].join(' ')
    return { key, joins: word === 'join' || word === 'subscribe', path: `${of}/${word}`, query }
  }

  /** What a binary message is, by the byte after its channel. */
  const KINDS = ['STEP1', 'STEP2', 'UPDATE', 'AWARENESS', 'ACK', 'REFUSED']

  /** The second guide's names for what a client may ask. @type {Record<string, (arg: any) => [string, string, object]>} */
  const ACTIONS = {
    'chat:message': ({ roomId, text }) => ['POST', '/api/chat/send', { roomId, text }],
    'room:join': roomId => ['GET', '/api/chat/join', { roomId }],
    'room:leave': roomId => ['GET', '/api/chat/leave', { roomId }],
    'typing:start': roomId => ['POST', '/api/chat/typing', { roomId, isTyping: true }],
    'typing:stop': roomId => ['POST', '/api/chat/typing', { roomId, isTyping: false }],
  }

  /** The second guide's names for what it hears. @type {Record<string, string>} */
  const ALIASES = {
    userJoined: 'room:userJoined',
    userLeft: 'room:userLeft',
    presenceUpdated: 'presence:update',
    notificationRead: 'notification:read',
    notificationsAllRead: 'notification:allRead',
  }

  /** What the second guide hears of without a word, and what one asks for it. @type {Record<string, string>} */
  const UNASKED = {
    'presence:update': '/api/presence/subscribe',
    'notification': '/api/notifications/subscribe',
    'notification:read': '/api/notifications/subscribe',
    'notification:allRead': '/api/notifications/subscribe',
  }

  /** Hands events over under the second guide's names, in the shapes that it expects. */
  class GuideEars {
    /** @type {Map<string, number>} */ #typing = new Map()

    /** @param {(name: string, data: any) => void} tell */
    constructor(tell) { this.tell = tell }

    /** @param {string} event @param {any} data */
    hear(event, data) {
      if (event === 'newMessage') this.tell('chat:message', { ...data, user: data.sender })
      else if (event === 'typing') this.#types(data)
      else if (ALIASES[event]) this.tell(ALIASES[event], data)
    }

    /** Its component appends whoever starts: so a person starts once, and stops even when that word is lost. @param {any} data */
    #types(data) {
      const key = `${data.roomId} ${data.userId}`, known = this.#typing.get(key)
      clearTimeout(known)
      this.#typing.delete(key)
      if (data.isTyping) this.#typing.set(key, setTimeout(() => this.#types({ ...data, isTyping: false }), TYPING_MS))
      if (data.isTyping !== !!known) this.tell(data.isTyping ? 'typing:start' : 'typing:stop', data)
    }
  }

  /** @param {Frame} frame @returns {Jwr} */
  function answer({ status = 0, headers = {}, data, html }) {
    /** @type {Jwr} */
    const jwr = { statusCode: status, headers, body: html ?? data }
    if (status < 200 || status > 299) jwr.error = Object.assign(new Error(data?.detail || data?.title || `Status ${status}`), { status })
    return jwr
  }

  /** @param {number} status @param {string} detail */
  const failure = (status, detail) => answer({ status, data: { type: 'about:blank', title: detail, status, detail } })
  const broken = () => failure(0, 'No connection.')

  /** @param {string} text */
  const bytesOf = text => new Blob([text]).size

  /** @param {Function | undefined} fn @param {unknown[]} args */
  function guarded(fn, ...args) {
    try { fn?.(...args) } catch (error) { reportError(error) }
  }

  /** Makes a connection of its own, as the second guide does. @param {string} [url] @param {SocketOptions} [options] */
  const io = (url, options) => new Socket({ ...options, url })

  const tag = document.currentScript?.dataset ?? {}
  const socket = new Socket({
    url: tag.url,
    view: tag.view ?? document.documentElement.dataset.view,
    autoConnect: tag.autoConnect !== 'false',
    headers: tag.headers && JSON.parse(tag.headers),
  })
  Object.assign(globalThis, { io: Object.assign(io, { socket, io }) })
})()
