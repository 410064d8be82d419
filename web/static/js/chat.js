// @ts-check
// A room's page: what the socket says goes to the part that shows it. The names of events are those of events.go.
import { $, $$, addShortcuts, announceMessage, intercept, parse, apply } from './app.js'
import { drop } from './outbox.js'
import { watchCards } from './chat/cards.js'
import { watchComposer } from './chat/composer.js'
import { showDelivery } from './chat/delivery.js'
import { watchEditing } from './chat/edit.js'
import { replaceAll, reveal, rows, show } from './chat/log.js'
import { arrive, latest, watchEdges } from './chat/paging.js'
import { HTML, log, me, roomId, socket } from './chat/room.js'
import { isOwn, personal } from './chat/row.js'
import { gone, watchTools } from './chat/tools.js'
import * as typing from './chat/typing.js'
import * as unread from './chat/unread.js'

/** @typedef {import('./types').Frame} Frame */
/** @typedef {{ id: number, text: string, sender: { id: number, fullName: string } }} Message */

/** @param {Frame} frame */
const rowsOf = frame => parse(frame.html ?? '').map(personal)

/** What the outbox still holds may have been stored all the same. @param {HTMLElement[]} rows */
function settle(rows) {
  for (const row of rows) if (isOwn(row)) drop(row.dataset.clientId)
}

/** @param {Message} message @param {Frame} frame */
function newMessage(message, frame) {
  const [row] = rowsOf(frame)
  if (arrive(row) && !isOwn(row)) unread.count(row)
  settle([row])
  if (isOwn(row)) return
  typing.sent(message.sender.id)
  announceMessage(`${message.sender.fullName}: ${message.text}`)
  somethingNew()
}

/** @param {Message} _ @param {Frame} frame */
const messageUpdated = (_, frame) => show(rowsOf(frame))

/** @param {{ id: number }} message */
const messageDeleted = ({ id }) => gone(`message-${id}`)

/** What changed while the page was away, or, after too long, the room's last page. @param {string} html @param {{ reset: boolean }} info */
function snapshot(html, { reset }) {
  const elements = parse(html).map(personal)
  const fresh = elements.filter(row => !row.hasAttribute('data-remove') && !document.getElementById(row.id) && !isOwn(row))
  if (reset) replaceAll(elements, { older: true, newer: false })
  else show(elements)
  settle(elements)
  if (fresh.length) document.dispatchEvent(new CustomEvent('hubbub:caughtup', { detail: fresh.length }))
  somethingNew()
  refreshHead()
}

/** What the room is called, whether it may be written in, and who is here: all may be otherwise since the page was drawn. */
async function refreshHead() {
  const answer = await socket.request({ url: `/rooms/${roomId}/head`, headers: HTML })
  if (answer.error) return
  const [head] = apply(answer.body)
  const [name, topic] = ['[data-room-name]', '[data-room-topic]'].map(part => $(part, head)?.textContent ?? '')
  roomChanged({ verb: 'updated', id: roomId, data: { archived: head.hasAttribute('data-archived'), name, topic } })
}

/** The room itself changed. @param {{ verb: string, id: number, data: any }} change */
function roomChanged({ verb, id, data }) {
  if (id !== roomId) return
  if (verb === 'removedFrom' && data.user.id === me) lost()
  else if (verb === 'updated' && data.archived !== undefined && data.archived !== log.hasAttribute('data-archived')) location.reload()
  else if (verb === 'updated' && data.name) rename(data)
}

/** @param {{ name: string, topic: string }} room */
function rename({ name, topic }) {
  const place = $('[data-room-topic]'), box = /** @type {HTMLTextAreaElement | null} */ ($('#compose'))
  const title = log.dataset.kind === 'public' ? `#${name}` : name
  for (const heading of $$('[data-room-name]')) heading.textContent = name
  if (place) {
    place.textContent = topic
    place.hidden = !topic
  }
  if (box) box.placeholder = `Message ${title}`
  document.title = document.title.replace(/^(\(\d+\+?\) )?.* · /, `$1${title} · `)
}

/** The reader may not be here any more. */
function lost() {
  subscription.stop()
  const template = /** @type {HTMLTemplateElement} */ ($('#room-lost'))
  $('#main')?.replaceChildren(template.content)
  $('#main')?.focus()
}

for (const event of ['newMessage', 'messageUpdated', 'messageDeleted']) intercept(event, () => {})

const subscription = socket.subscribe('/api/chat/join', { roomId, after: Number(log.dataset.seq) }, {
  room: `chat-${roomId}`,
  headers: HTML,
  snapshot,
  events: { newMessage, messageUpdated, messageDeleted, typing: typing.hear },
  error: lost,
})
socket.on('room', roomChanged)
socket.on('roomRead', unread.heard)

/** @param {import('./types').Jwr} answer */
const known = answer => subscription.seen(Number(answer.headers['X-Seq']))

rows().forEach(personal)
const target = log.dataset.target ? document.getElementById(`message-${log.dataset.target}`) : null
if (target) reveal(target)
else unread.openAtUnread()

watchEdges()
watchCards()
watchComposer()
typing.watchTyping()
watchTools(known)
watchEditing(known)
showDelivery(seq => subscription.seen(seq))
const somethingNew = unread.watchReading(() => subscription.seq)
document.addEventListener('hubbub:sent', unread.clearDivider)
$('[data-jump]')?.addEventListener('click', latest)

addShortcuts('In a room', [
  ['↑ ↓ Home End', 'Move from message to message'],
  ['E', 'Edit your message'],
  ['Esc', 'Back to writing'],
  ['Alt ↑ ↓', 'Other rooms; with Shift, those with news'],
])
