// @ts-check
// The sidebar's rooms, on every page: what is unread, in step with the other tabs, and Alt with the arrows to move.
import { $, $$, apply, el, waiting } from './app.js'
import './outbox.js'

/** @typedef {{ roomId: number, readSeq: number, unread: number, mentions: number }} Marks */
/** @typedef {{ id: number, name: string, kind: string, archived: boolean, seq: number, readSeq: number, unread: number, mentions: number }} Room */
/** @typedef {{ seq: number, lastMessage: { senderId: number }, mentioned: number[] | null }} Moved */

const socket = io.socket
const me = Number(document.body.dataset.userId)
const REDRAW_MS = 100

/** What came since a room's counts were drawn, by seq, so that nothing is counted twice. @type {Map<number, Map<number, boolean>>} */
const since = new Map()
let reading = 0
let redrawTimer = 0

const links = () => $$('#sidebar [data-room]')
/** @param {number} id */
const linkOf = id => $(`#room-link-${id}`)

/** The room whose end is on the screen: nothing that comes there is unread. @param {number} roomId 0: none */
export function setReading(roomId) { reading = roomId }

/** Draws the sections anew: a room came, went or changed its name. Listing the rooms also follows the new ones. */
export function redraw() {
  clearTimeout(redrawTimer)
  redrawTimer = setTimeout(async () => {
    socket.get('/api/rooms')
    const current = /^\/rooms\/(\d+)/.exec(location.pathname)?.[1] ?? 0
    const answer = await socket.request({ url: '/rooms/sidebar', data: { current }, headers: { Accept: 'text/html' } })
    if (answer.error) return
    since.clear()
    apply(answer.body)
    showTotal()
  }, REDRAW_MS)
}

/** @param {Room[]} rooms */
function compare(rooms) {
  const shown = rooms.filter(room => !room.archived || linkOf(room.id))
  if (shown.length !== links().length || shown.some(room => $('.truncate', linkOf(room.id) ?? undefined)?.textContent !== room.name)) return redraw()
  since.clear()
  for (const { id, seq, readSeq, unread, mentions } of rooms) {
    const link = linkOf(id)
    if (link) Object.assign(link.dataset, { seq, readSeq, unread, mentions })
    showCounts(id)
  }
}

/** @param {number} id @param {Moved} moved */
function moved(id, { seq, lastMessage, mentioned }) {
  const link = linkOf(id)
  if (!link) return redraw()
  if (lastMessage.senderId === me || reading === id || seq <= Number(link.dataset.seq) || seq <= Number(link.dataset.readSeq)) return
  const known = since.get(id) ?? new Map()
  since.set(id, known.set(seq, !!mentioned?.includes(me)))
  showCounts(id)
}

/** A message was deleted, perhaps an unread one. Where nothing is unread there is nothing to ask. @param {number} id */
const shrunk = id => { if (linkOf(id)?.classList.contains('is-unread')) redraw() }

/** @param {Marks} marks */
function read({ roomId, readSeq, unread, mentions }) {
  const link = linkOf(roomId), known = since.get(roomId)
  if (!link) return
  for (const seq of known?.keys() ?? []) if (seq <= readSeq || unread > 0) known?.delete(seq)
  Object.assign(link.dataset, { readSeq, unread, mentions })
  showCounts(roomId)
}

/** @param {number} id */
function showCounts(id) {
  const link = linkOf(id)
  if (!link) return
  const known = [...since.get(id)?.values() ?? []]
  const unread = Number(link.dataset.unread) + known.length
  const mentions = Number(link.dataset.mentions) + known.filter(Boolean).length
  link.classList.toggle('is-unread', unread > 0)
  $('.count', link)?.remove()
  if (unread) link.append(pill(unread, mentions > 0 || link.dataset.kind === 'direct'))
  showTotal()
}

/** As web.Count draws it. @param {number} n @param {boolean} mention */
function pill(n, mention) {
  return el('span', { class: mention ? 'count is-mention' : 'count' },
    el('span', { 'aria-hidden': 'true' }, n > 99 ? '99+' : String(n)),
    el('span', { class: 'sr-only' }, mention ? `${n} unread, for you` : `${n} unread`))
}

function showTotal() {
  const counts = $$('#sidebar [data-room] .count > [aria-hidden]').map(count => parseInt(count.textContent ?? '') || 0)
  waiting('messages', counts.reduce((sum, n) => sum + n, 0))
}

/** @param {{ verb: string, id: number, data: any }} change */
function changed({ verb, id, data }) {
  if (verb === 'updated' && data?.seq) moved(id, data)
  else if (verb === 'updated' && data?.deletedMessage) shrunk(id)
  else if (verb === 'created' || verb === 'updated' || data?.user?.id === me) redraw()
}

/** @param {KeyboardEvent} event */
function keyed(event) {
  if (!event.altKey || event.ctrlKey || event.metaKey || !/^Arrow(Up|Down)$/.test(event.key)) return
  const all = links(), at = all.findIndex(link => link.getAttribute('aria-current') === 'page')
  const ahead = event.key === 'ArrowDown' ? all.slice(at + 1) : all.slice(0, Math.max(at, 0)).reverse()
  const to = event.shiftKey ? ahead.find(link => link.classList.contains('is-unread')) : ahead[0]
  event.preventDefault()
  to?.click()
}

socket.subscribe('/api/rooms', {}, { snapshot: compare, events: { room: changed, roomRead: read } })
document.addEventListener('hubbub:read', event => read(/** @type {CustomEvent<Marks>} */ (event).detail))
addEventListener('keydown', keyed)
showTotal()
