// @ts-check
// Presence, on every page: the marks on avatars, the words beside names, and the number of users online.
// Changes are not announced to screen readers: they are too frequent.
import { bind, watchFragments } from '../core/index.js'
import { refreshCard } from './card.js'
import { watchIdle } from './idle.js'
import './mine.js'
import { show, shownIn } from './show.js'

/** @typedef {import('./show.js').Presence} Presence */

const socket = io.socket
const me = Number(document.body.dataset.userId)
const MAX_IDS = 500 // the server's limit for one request

/** The users who are online, without this page's own. @type {Set<number>} */
let online = new Set()
/** The presence updates since the last snapshot, by user. @type {Map<number, Presence>} */
const updates = new Map()

/** @param {import('../protocol').presence.Update} update */
function presenceUpdated({ userId, ...presence }) {
  updates.set(userId, presence)
  if (userId !== me) online[presence.status === 'offline' ? 'delete' : 'add'](userId)
  show(userId, presence)
  bind('online', online.size)
  refreshCard(userId)
}

/**
 * Counts who is online. The snapshot has no other details; compare() fetches those of the users on the page.
 * @param {import('../protocol').account.Profile[]} people
 */
function snapshot(people) {
  online = new Set(people.map(({ id }) => id).filter(id => id !== me))
  bind('online', online.size)
  updates.clear()
  compare()
  if (isIdle()) sendIdle(true)
}

/** Shows the presence of the users on the page. An update that arrives before the answer is newer than it. */
async function compare() {
  const ids = [...shownIn(document.body)].slice(0, MAX_IDS)
  if (!ids.length) return
  const answer = await socket.get('/api/presence', { ids })
  if (answer.error) return
  for (const [id, presence] of Object.entries(answer.body)) if (!updates.has(Number(id))) show(Number(id), presence)
}

/**
 * Sends whether this tab is idle. The resulting event is not sent to this tab, so the answer is shown.
 * @param {boolean} idle
 */
async function sendIdle(idle) {
  if (!socket.isConnected()) return
  const answer = await socket.post('/api/presence/status', { idle })
  if (!answer.error) show(me, answer.body)
}
const isIdle = watchIdle(sendIdle)

socket.subscribe('/api/presence/subscribe', {}, { snapshot, events: { presenceUpdated } })
watchFragments(element => {
  for (const id of shownIn(element)) {
    const presence = updates.get(id)
    if (presence) show(id, presence)
  }
})
