// @ts-check
// A chat room's page. It passes each event to the module that shows it; the events are those of chat's events.go.
//
// A new message reaches a page by up to three events: `newMessage` here, with the row; `room` in rooms.js, for the
// sidebar's counts; and `notification` in notify/index.js, for the users that it concerns.
import {
  $, $$, addCaughtUp, addShortcuts, announceMessage, apply, HTML, intercept, need, parse, requestHTML,
} from '../core/index.js'
import { drop } from './outbox.js'
import { watchCards } from './cards.js'
import { onSent, watchComposer } from './composer.js'
import { showDelivery } from './delivery.js'
import { watchEditing } from './edit.js'
import { replaceAll, reveal, rows, show } from './log.js'
import { goToLatest, showArrived, watchEdges } from './paging.js'
import { log, me, roomId, socket } from './room.js'
import { isOwn, personalize } from './row.js'
import { removeRow, watchTools } from './tools.js'
import * as typing from './typing.js'
import * as unread from './unread.js'

/** @typedef {import('../socket/types').Frame} Frame */
/** @typedef {import('../protocol').chat.Message} Message */
/** @typedef {import('../protocol').Events} Events */

/** @param {Frame} frame */
const rowsOf = frame => parse(frame.html ?? '').map(personalize)

/** Drops stored messages from the offline queue, whose answer may have been lost. @param {HTMLElement[]} rows */
function dropStored(rows) {
  for (const row of rows) if (isOwn(row)) drop(row.dataset.clientId)
}

/** @param {Message} message @param {Frame} frame */
function newMessage(message, frame) {
  const [row] = rowsOf(frame)
  if (showArrived(row) && !isOwn(row)) unread.count(row)
  dropStored([row])
  if (isOwn(row)) return
  typing.clear(message.sender.id)
  announceMessage(`${message.sender.fullName}: ${message.text}`)
  markNew()
}

/** @param {Message} _ @param {Frame} frame */
const messageUpdated = (_, frame) => show(rowsOf(frame))

/** @param {Events['messageDeleted']} message */
const messageDeleted = ({ id }) => removeRow(`message-${id}`)

/**
 * Applies the answer to a join.
 * @param {string} html the rows that changed while the page was disconnected; after a reset the room's newest page
 * @param {{ reset: boolean }} info
 */
function snapshot(html, { reset }) {
  const elements = parse(html).map(personalize)
  const fresh = elements.filter(row =>
    !row.hasAttribute('data-remove') && !document.getElementById(row.id) && !isOwn(row))
  if (reset) replaceAll(elements, { older: true, newer: false })
  else show(elements)
  dropStored(elements)
  addCaughtUp(fresh.length)
  markNew()
  refreshHead()
}

/** Fetches the room's name, topic, members and archived state, which may have changed while disconnected. */
async function refreshHead() {
  const answer = await requestHTML({ url: `/rooms/${roomId}/head` })
  if (answer.error) return
  const [head] = apply(answer.body)
  if (!head) return // the user has just lost the room
  const name = $('[data-room-name]', head)?.textContent ?? ''
  const topic = $('[data-room-topic]', head)?.textContent ?? ''
  roomChanged({ verb: 'updated', id: roomId, data: { archived: head.hasAttribute('data-archived'), name, topic } })
}

/** Applies a `room` event. @param {Events['room']} change */
function roomChanged({ verb, id, data }) {
  if (id !== roomId) return
  if (verb === 'removedFrom' && data.user.id === me) showRoomLost()
  else if (verb === 'updated' && 'name' in data) changed(data)
}

/** @param {import('../protocol').chat.Properties} room */
function changed({ archived, ...names }) {
  if (archived !== log.hasAttribute('data-archived')) location.reload()
  else if (names.name) rename(names)
}

/** @param {{ name: string, topic: string }} room */
function rename({ name, topic }) {
  const place = $('[data-room-topic]')
  const box = $('textarea#compose')
  const title = log.dataset.kind === 'public' ? `#${name}` : name
  for (const heading of $$('[data-room-name]')) heading.textContent = name
  if (place) {
    place.textContent = topic
    place.hidden = !topic
  }
  if (box) box.placeholder = `Message ${title}`
  document.title = document.title.replace(/^(\(\d+\+?\) )?.* · /, `$1${title} · `)
}

/** Replaces the page: its user lost the right to read the room. */
function showRoomLost() {
  subscription.stop()
  const template = need('template#room-lost')
  $('#main')?.replaceChildren(template.content)
  $('#main')?.focus()
}

// The subscription below applies these rows, in order; fragments.js must not.
for (const event of ['newMessage', 'messageUpdated', 'messageDeleted']) intercept(event, () => {})

const subscription = socket.subscribe('/api/chat/join', { roomId, after: Number(log.dataset.seq) }, {
  room: `chat-${roomId}`,
  headers: HTML,
  snapshot,
  events: { newMessage, messageUpdated, messageDeleted, typing: typing.onTyping },
  error: showRoomLost,
})
socket.on('room', roomChanged)
socket.on('roomRead', unread.applyRead)

/** @param {import('../socket/types').Answer} answer */
const markSeen = answer => subscription.seen(Number(answer.headers['X-Seq']))

rows().forEach(personalize)
const target = log.dataset.target ? document.getElementById(`message-${log.dataset.target}`) : null
if (target) reveal(target)
else unread.openAtUnread()

watchEdges()
watchCards()
watchComposer()
typing.watchTyping()
watchTools(markSeen)
watchEditing(markSeen)
showDelivery(seq => subscription.seen(seq))
const markNew = unread.watchReading(() => subscription.seq)
onSent(unread.clearDivider)
$('[data-jump]')?.addEventListener('click', goToLatest)

addShortcuts('In a room', [
  ['↑ ↓ Home End', 'Move between messages'],
  ['E', 'Edit your message'],
  ['Esc', 'Back to the message box'],
  ['Alt ↑ ↓', 'Previous or next room (with Shift: unread only)'],
])
