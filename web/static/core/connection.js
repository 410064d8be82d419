// @ts-check
// Shows the state of the connection. A break of less than a second is not shown, and nothing is ever disabled: the user
// can go on writing.
import { $, $$, bind, listen, socket } from './dom.js'
import { announce } from './announce.js'
import { forgetKept } from './kept.js'
import { toast } from './toast.js'

const BLIP_MS = 1_000
const OFFLINE_MS = 10_000

/** @typedef {'starting' | 'live' | 'connecting' | 'offline'} State */

/** @type {State} */
let state = 'starting'
/** @type {number[]} */
let timers = []
let caughtUp = 0 // messages that were missed during the break

/** The state that the page shows. */
export const connection = () => state

/** @param {State} next */
function show(next) {
  state = next
  for (const pill of $$('[data-connection]')) pill.dataset.state = next
  const banner = $('[data-offline-banner]')
  if (banner) banner.hidden = next !== 'offline'
  if (next === 'offline') announce('You’re offline. Keep writing.', 'assertive')
}

function disconnected() {
  caughtUp = 0
  for (const timer of timers) clearTimeout(timer)
  timers = [setTimeout(show, OFFLINE_MS, 'offline')]
  if (state === 'live') timers.push(setTimeout(show, BLIP_MS, 'connecting'))
}

function ready() {
  const before = state
  for (const timer of timers) clearTimeout(timer)
  show('live')
  if (before === 'offline' || (before === 'connecting' && caughtUp)) {
    const messages = caughtUp === 1 ? '1 message' : `${caughtUp} messages`
    toast({ title: 'Back online', body: caughtUp ? `Caught up on ${messages}.` : '', icon: 'circle-check', tone: 'ok' })
  }
}

/** Adds to the messages that "Back online" counts. @param {number} messages that a page has caught up on */
export function addCaughtUp(messages) {
  caughtUp += messages
}

/** Leads to the sign-in page, which leads back. Drafts are kept in localStorage. */
function signedOut() {
  location.assign(`/signin?next=${encodeURIComponent(location.pathname + location.search)}`)
}

if (socket) {
  socket.on('ready', ready)
  socket.on('disconnect', disconnected)
  socket.on('signedOut', signedOut)
  socket.on('rtt', ms => bind('rtt', `${Math.max(1, Math.round(ms))} ms`))
  listen('click', '[data-try-now]', () => socket?.reconnect())
  // The server closes the socket with the session; signedOut() must not lead to the sign-in page after a sign-out.
  listen('submit', 'form[action="/signout"]', () => {
    socket?.disconnect()
    forgetKept()
  })
  if (socket.isReady()) ready()
  else disconnected()
}
