// @ts-check
// Says how the connection is: quiet about blips, honest about the rest. Nothing is ever disabled: writing goes on.
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
let caughtUp = 0

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

function lost() {
  caughtUp = 0
  for (const timer of timers) clearTimeout(timer)
  timers = [setTimeout(show, OFFLINE_MS, 'offline')]
  if (state === 'live') timers.push(setTimeout(show, BLIP_MS, 'connecting'))
}

function stands() {
  const before = state
  for (const timer of timers) clearTimeout(timer)
  show('live')
  if (before === 'offline' || (before === 'connecting' && caughtUp)) {
    const messages = caughtUp === 1 ? '1 message' : `${caughtUp} messages`
    toast({ title: 'Back online', body: caughtUp ? `Caught up on ${messages}.` : '', icon: 'circle-check', tone: 'ok' })
  }
}

/** What the page shows stays; drafts are in the browser's keeping. */
function signedOut() {
  location.assign(`/signin?next=${encodeURIComponent(location.pathname + location.search)}`)
}

if (socket) {
  socket.on('ready', stands)
  socket.on('disconnect', lost)
  socket.on('signedOut', signedOut)
  socket.on('rtt', ms => bind('rtt', `${Math.max(1, Math.round(ms))} ms`))
  document.addEventListener('hubbub:caughtup', event => { caughtUp += /** @type {CustomEvent<number>} */ (event).detail })
  listen('click', '[data-try-now]', () => socket?.reconnect())
  // The server closes our socket with the session: who leaves here need not be told where to sign in.
  listen('submit', 'form[action="/signout"]', () => {
    socket?.disconnect()
    forgetKept()
  })
  if (socket.isReady()) stands()
  else lost()
}
