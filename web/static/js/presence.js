// @ts-check
// Who is here and how, on every page: the marks on avatars, the words beside names, and how many people are online.
// Nothing of it is announced: people come and go all day.
import { bind } from './app.js'
import { refreshCard } from './presence/card.js'
import { watchIdle } from './presence/idle.js'
import './presence/mine.js'
import { show, shownIn } from './presence/show.js'

/** @typedef {import('./presence/show.js').Standing} Standing */

const socket = io.socket
const me = Number(document.body.dataset.userId)
const AT_ONCE = 500 // people in one question

/** Who is online, but the reader. */
let online = /** @type {Set<number>} */ (new Set())
/** What was told since the page was drawn. @type {Map<number, Standing>} */
const told = new Map()

/** @param {{ userId: number } & Standing} update */
function presenceUpdated({ userId, ...standing }) {
  told.set(userId, standing)
  if (userId !== me) online[standing.status === 'offline' ? 'delete' : 'add'](userId)
  show(userId, standing)
  bind('online', online.size)
  refreshCard(userId)
}

/** The answer says who is online; how those are whom the page shows is asked. @param {{ id: number }[]} people */
function snapshot(people) {
  online = new Set(people.map(({ id }) => id).filter(id => id !== me))
  bind('online', online.size)
  told.clear()
  compare()
  if (isIdle()) sayIdle(true)
}

/** What is told while the question is under way is newer than its answer. */
async function compare() {
  const ids = [...shownIn(document.body)].slice(0, AT_ONCE)
  if (!ids.length) return
  const answer = await socket.get('/api/presence', { ids })
  if (answer.error) return
  for (const [id, standing] of Object.entries(answer.body)) if (!told.has(Number(id))) show(Number(id), standing)
}

/** What a tab says of its person, it is not told again. @param {boolean} idle */
async function sayIdle(idle) {
  if (!socket.isConnected()) return
  const answer = await socket.post('/api/presence/status', { idle })
  if (!answer.error) show(me, answer.body)
}
const isIdle = watchIdle(sayIdle)

socket.subscribe('/api/presence/subscribe', {}, { snapshot, events: { presenceUpdated } })
document.addEventListener('hubbub:fragment', event => {
  for (const id of shownIn(/** @type {Element} */ (event.target))) {
    const standing = told.get(id)
    if (standing) show(id, standing)
  }
})
