// @ts-check
/**
 * The page's one connection: `io.socket`. It is served as one classic script without dependencies.
 *
 * Guarantees:
 * - A request made while the connection is down is queued (at most 100, for 30 s) and sent in order. A request in
 *   flight when the connection breaks fails with `statusCode` 0: the page cannot know whether the server executed it.
 * - A subscription joins again after every break, from the last seq it applied. Its events are delivered in the
 *   order of their seq, each once; a gap is filled from the database.
 * - A join by a plain `get` is repeated after every break as well, until the page leaves. The changes of a chat room
 *   that were missed are delivered as the events that would have announced them.
 * - An anonymous connection is replaced when the user signs in from within the page.
 * - `ready` is dispatched when every subscription is active again. `connect` does not imply that.
 *
 * Sails calls the answer to a request "jwr", for "JSON WebSocket response". The types are in types.d.ts, the
 * frames in docs/protocol.md.
 *
 * Two guides in internal/testkit/guides/text have client code that must run unchanged on this script. patterns.md
 * is written for Sails and uses the names of our protocol. real-time-applications.md is written for Socket.IO and has
 * event names and shapes of its own; dialect.js translates them.
 */
import { Socket } from './socket.js'

/** @typedef {import('./types').SocketOptions} SocketOptions */

/** Makes another connection, as Socket.IO's `io` does. @param {string} [url] @param {SocketOptions} [options] */
const io = (url, options) => new Socket({ ...options, url })

const tag = document.currentScript?.dataset ?? {}
const socket = new Socket({
  url: tag.url,
  view: tag.view ?? document.documentElement.dataset.view,
  autoConnect: tag.autoConnect !== 'false',
  headers: tag.headers && JSON.parse(tag.headers),
})
Object.assign(globalThis, { io: Object.assign(io, { socket, io }) })
