/** The types of `io.socket`, for the page's modules and other code that uses it. */

/** One frame of the wire: a request, a reply or an event. */
export interface Frame {
  id?: number | null
  method?: string
  url?: string
  status?: number
  headers?: Record<string, string>
  event?: string
  room?: string
  data?: any
  html?: string
}

/** The answer to a request, under Sails' name ("JSON WebSocket response"). statusCode is 0 without a connection. */
export interface Answer<Body = any> {
  statusCode: number
  headers: Record<string, string>
  /** The data, the HTML of a fragment, or an error's problem document. */
  body: Body
  /** Set when the status is not 2xx. */
  error?: Error & { status: number }
}

export type RequestCallback<Body = any> = (body: Body, jwr: Answer<Body>) => void

export interface RequestOptions {
  method?: string
  url: string
  data?: any
  headers?: Record<string, string>
}

/** Without a callback, a call returns a promise of the answer, which never rejects. */
export interface Verb {
  <Body = any>(url: string, data?: object): Promise<Answer<Body>>
  <Body = any>(url: string, cb: RequestCallback<Body>): void
  <Body = any>(url: string, data: object | undefined, cb: RequestCallback<Body>): void
}

export interface SnapshotInfo {
  /** The subscription's first snapshot. */
  first: boolean
  /** Too much was missed: the snapshot replaces what the page shows. */
  reset: boolean
  /** The seq that the snapshot includes; undefined where changes have none. */
  seq?: number
  /** The seq of the last change applied before the snapshot. */
  since?: number
}

export interface SubscribeOptions {
  /** Called with the answer to every join: the first, after each break, and when a gap is filled. */
  snapshot?: (body: any, info: SnapshotInfo) => void
  /** Called in the order of `data.seq`, each change once. */
  events: Record<string, (data: any, frame: Frame) => void>
  /** Only events of this hub room are delivered, for a page that follows several rooms with the same events. */
  room?: string
  /** Sent with every join, such as `Accept: text/html` for a snapshot of fragments. */
  headers?: Record<string, string>
  /** Called when the server refuses the join with a status other than 429 and 5xx; the subscription has ended then. */
  error?: (jwr: Answer) => void
}

export interface Subscription {
  /** The seq of the last change applied; undefined where changes have none. */
  readonly seq?: number
  /** Whether the connection's join has been answered. */
  readonly stands: boolean
  /** Joins again, as after a break. */
  join(): void
  /** Marks a change that this page made itself as seen, by the `X-Seq` of its answer. */
  seen(seq: number): void
  /** Ends the subscription in the page; leaving the room is another request. */
  stop(): void
}

/** What a tap receives of each frame. ms is the round trip, for replies only. */
export interface Tapped {
  direction: 'in' | 'out'
  name: string
  bytes: number
  ms?: number
  frame: Frame
}

export interface SocketOptions {
  url?: string
  view?: string
  autoConnect?: boolean
  headers?: Record<string, string>
  auth?: { token?: string }
  reconnectionDelay?: number
  reconnectionDelayMax?: number
  [other: string]: unknown
}

/**
 * Besides the protocol's events there are `connect`, `reconnect`, `disconnect` (close code), `connect_error` (Error),
 * `ready` (every subscription is active), `rtt` (a round trip, in ms), `binary` (a document's message), `signedOut`,
 * and `*` for every event.
 */
export interface Socket {
  headers: Record<string, string>
  readonly id?: string
  readonly userId: number | null
  readonly rtt?: number
  readonly connected: boolean
  get: Verb
  post: Verb
  put: Verb
  patch: Verb
  delete: Verb
  request<Body = any>(options: RequestOptions): Promise<Answer<Body>>
  request<Body = any>(options: RequestOptions, cb: RequestCallback<Body>): void
  subscribe(url: string, data: Record<string, any>, options: SubscribeOptions): Subscription
  on(event: string, fn: (data: any, frame: Frame) => void): this
  once(event: string, fn: (data: any, frame: Frame) => void): this
  off(event: string, fn?: Function): this
  removeAllListeners(): void
  emit(name: string, arg?: any): void
  on(event: 'binary', fn: (bytes: Uint8Array) => void): this
  /** It returns false if there is no connection; a binary message is not queued. */
  sendBinary(bytes: Uint8Array<ArrayBuffer>): boolean
  tap(fn: (tapped: Tapped) => void): () => void
  isConnected(): boolean
  isConnecting(): boolean
  isReady(): boolean
  connect(): this
  reconnect(): this
  disconnect(): this
  close(): this
}

/** Called as a function, it makes another connection, as Socket.IO's `io` does. */
export interface Io {
  (url?: string, options?: SocketOptions): Socket
  io: Io
  socket: Socket
}

declare global {
  var io: Io
}
