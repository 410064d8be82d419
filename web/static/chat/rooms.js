// @ts-check
// The chat rooms in the sidebar, on every page: unread counts, the same in all tabs, and Alt with arrow keys to move.
import { $, $$, apply, capped, el, requestHTML, showInTab } from '../core/index.js'
import './outbox.js'

/** @typedef {import('../protocol').chat.Marks} Marks */
/** @typedef {import('../protocol').chat.Room} Room */
/** @typedef {import('../protocol').chat.RoomActivity} Activity */

const socket = io.socket
const me = Number(document.body.dataset.userId)
const REDRAW_MS = 100

/**
 * For each room, the messages since its counts were rendered, and whether each mentions the user. They are kept by seq,
 * so that none is counted twice.
 * @type {Map<number, Map<number, boolean>>}
 */
const newMessages = new Map()
let reading = 0
let redrawTimer = 0

const links = () => $$('#sidebar [data-room]')
/** @param {number} id */
const linkOf = id => $(`#room-link-${id}`)

/** Sets the room whose end is visible: a new message there is not unread. @param {number} roomId 0: none */
export function setReading(roomId) { reading = roomId }

/** Fetches the sidebar's sections: a room was added, removed or renamed. */
export function redraw() {
  clearTimeout(redrawTimer)
  redrawTimer = setTimeout(async () => {
    socket.get('/api/rooms') // subscribes to the new rooms
    const current = /^\/rooms\/(\d+)/.exec(location.pathname)?.[1] ?? 0
    const answer = await requestHTML({ url: '/rooms/sidebar', data: { current } })
    if (answer.error) return
    newMessages.clear()
    apply(answer.body)
    showTotal()
  }, REDRAW_MS)
}

/** @param {number} id */
const nameOf = id => $('.truncate', linkOf(id) ?? undefined)?.textContent

/** Takes the counts of a snapshot, or fetches the sections if their rooms or names differ. @param {Room[]} rooms */
function compare(rooms) {
  const shown = rooms.filter(room => !room.archived || linkOf(room.id))
  if (shown.length !== links().length || shown.some(({ id, name }) => nameOf(id) !== name)) return redraw()
  newMessages.clear()
  for (const { id, seq, readSeq, unread, mentions } of rooms) {
    const link = linkOf(id)
    if (link) Object.assign(link.dataset, { seq, readSeq, unread, mentions })
    showCounts(id)
  }
}

/** @param {number} id @param {Activity} activity */
function countMessage(id, { seq, lastMessage, mentioned }) {
  const link = linkOf(id)
  if (!link) return redraw()
  if (lastMessage.senderId === me || reading === id) return
  if (seq <= Number(link.dataset.seq) || seq <= Number(link.dataset.readSeq)) return
  const counted = newMessages.get(id) ?? new Map()
  newMessages.set(id, counted.set(seq, !!mentioned?.includes(me)))
  showCounts(id)
}

/** Fetches the counts, if there are any: the deleted message may have been unread. @param {number} id */
const messageDeleted = id => { if (linkOf(id)?.classList.contains('is-unread')) redraw() }

/** @param {Marks} marks */
export function applyRead({ roomId, readSeq, unread, mentions }) {
  const link = linkOf(roomId)
  const counted = newMessages.get(roomId)
  if (!link) return
  for (const seq of counted?.keys() ?? []) if (seq <= readSeq || unread > 0) counted?.delete(seq)
  Object.assign(link.dataset, { readSeq, unread, mentions })
  showCounts(roomId)
}

/** @param {number} id */
function showCounts(id) {
  const link = linkOf(id)
  if (!link) return
  const counted = [...newMessages.get(id)?.values() ?? []]
  const unread = Number(link.dataset.unread) + counted.length
  const mentions = Number(link.dataset.mentions) + counted.filter(Boolean).length
  link.classList.toggle('is-unread', unread > 0)
  $('.count', link)?.remove()
  if (unread) link.append(pill(unread, mentions > 0 || link.dataset.kind === 'direct'))
  showTotal()
}

/** The number as the component web.Count renders it. @param {number} n @param {boolean} mention */
export function pill(n, mention) {
  return el('span', { class: mention ? 'count is-mention' : 'count' },
    el('span', { 'aria-hidden': 'true' }, capped(n)),
    el('span', { class: 'sr-only' }, mention ? `${n} unread, for you` : `${n} unread`))
}

function showTotal() {
  const counts = $$('#sidebar [data-room] .count > [aria-hidden]').map(count => parseInt(count.textContent ?? '') || 0)
  showInTab('messages', counts.reduce((sum, n) => sum + n, 0))
}

/** Applies a `room` event. @param {import('../protocol').Events['room']} change */
function roomChanged({ verb, id, data }) {
  if (verb === 'updated' && 'lastMessage' in data) countMessage(id, data)
  else if (verb === 'updated' && 'deletedMessage' in data) messageDeleted(id)
  else if (verb === 'created' || verb === 'updated' || data.user.id === me) redraw()
}

/** @param {KeyboardEvent} event */
function onKeydown(event) {
  if (!event.altKey || event.ctrlKey || event.metaKey || !/^Arrow(Up|Down)$/.test(event.key)) return
  const all = links()
  const at = all.findIndex(link => link.getAttribute('aria-current') === 'page')
  const ahead = event.key === 'ArrowDown' ? all.slice(at + 1) : all.slice(0, Math.max(at, 0)).reverse()
  const to = event.shiftKey ? ahead.find(link => link.classList.contains('is-unread')) : ahead[0]
  event.preventDefault()
  to?.click()
}

socket.subscribe('/api/rooms', {}, { snapshot: compare, events: { room: roomChanged, roomRead: applyRead } })
addEventListener('keydown', onKeydown)
showTotal()
