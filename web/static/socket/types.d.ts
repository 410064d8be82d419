/** The types of `io.socket`, for the page's modules and other code that uses it. */

import type { Answers, Events } from '../protocol'

/** The events of the connection itself, besides those of the protocol. The data of `disconnect` is the close code. */
interface ConnectionEvents {
  connect: undefined
  reconnect: undefined
  disconnect: number
  connect_error: Error
  /** Every subscription is active. */
  ready: undefined
  /** A round trip, in ms. */
  rtt: number
  /** A document's message. */
  binary: Uint8Array
  signedOut: undefined
}

/** The data of an event; that of another than our own events may be anything. */
type DataOf<Name> = Name extends keyof Events ? Events[Name]
  : Name extends keyof ConnectionEvents ? ConnectionEvents[Name] : any

/** The data of the answer to a request, if it does not ask for HTML. */
type AnswerTo<Route> = Route extends keyof Answers ? Answers[Route] : any

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

/** The answer to a request. statusCode is 0 without a connection. The body is the data, or the HTML of a fragment. */
export type Answer<Body = any> =
  | { statusCode: number, headers: Record<string, string>, body: Body, error?: undefined }
  | Failure

/** The answer of a request whose status is not 2xx. */
export interface Failure {
  statusCode: number
  headers: Record<string, string>
  body: Problem
  error: Error & { status: number }
}

/** The problem document of an error (RFC 9457). errors has what is wrong with fields, by their names. */
export interface Problem {
  type: string
  title: string
  status: number
  detail?: string
  errors?: Record<string, string>
}

export type RequestCallback<Body = any> = (body: Body, jwr: Answer<Body>) => void

export interface RequestOptions {
  method?: string
  url: string
  data?: any
  headers?: Record<string, string>
}

/** Without a callback, a call returns a promise of the answer, which never rejects. */
export interface Verb<Method extends string = string> {
  <URL extends string>(url: URL, data?: object): Promise<Answer<AnswerTo<`${Method} ${URL}`>>>
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

export interface SubscribeOptions<Body = any> {
  /** Called with the answer to every join: the first, after each break, and when a gap is filled. */
  snapshot?: (body: Body, info: SnapshotInfo) => void
  /** Called in the order of `data.seq`, each change once. */
  events: { [Name in keyof Events]?: (data: Events[Name], frame: Frame) => void }
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
  readonly active: boolean
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

/** Its events are those of the protocol and of the connection, and `*` for every event of the protocol. */
export interface Socket {
  headers: Record<string, string>
  readonly id?: string
  readonly userId: number | null
  readonly rtt?: number
  readonly connected: boolean
  get: Verb<'GET'>
  post: Verb<'POST'>
  put: Verb<'PUT'>
  patch: Verb<'PATCH'>
  delete: Verb<'DELETE'>
  request<Body = any>(options: RequestOptions): Promise<Answer<Body>>
  request<Body = any>(options: RequestOptions, cb: RequestCallback<Body>): void
  subscribe<URL extends string>(
    url: URL, data: Record<string, any>, options: SubscribeOptions<AnswerTo<`GET ${URL}`>>,
  ): Subscription
  on<Name extends string>(event: Name, fn: (data: DataOf<Name>, frame: Frame) => void): this
  once<Name extends string>(event: Name, fn: (data: DataOf<Name>, frame: Frame) => void): this
  off(event: string, fn?: Function): this
  removeAllListeners(): void
  emit(name: string, arg?: any): void
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
