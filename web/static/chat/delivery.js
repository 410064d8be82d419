// @ts-check
// The messages of the offline queue for this room, as rows: on screen before the server has stored them.
import { $, announce, closest, copyOf, el, icon, need, parse, showTimes } from '../core/index.js'
import { drop, entriesOf, retry, watchOutbox } from './outbox.js'
import { append, rows, show, tidy } from './log.js'
import { becomeMember, list, roomId } from './room.js'
import { personalize } from './row.js'

/** @typedef {import('./outbox.js').Entry} Entry */

/** @param {string} clientId */
const rowOf = clientId => $(`.message:not([id])[data-client-id="${clientId}"]`, list)

/** @param {Entry} entry */
function draw(entry) {
  const row = copyOf(need('template#pending-message'))
  for (const name of ['id', 'data-order', 'data-seq', 'data-created-seq']) row.removeAttribute(name)
  row.dataset.clientId = entry.clientId
  row.dataset.created = entry.at
  row.querySelector('.body')?.replaceChildren(el('p', { class: 'as-written' }, entry.text))
  if (entry.replyTo) $('.who', row)?.after(quote(entry.replyTo))
  for (const time of row.querySelectorAll('time')) time.dateTime = entry.at
  showTimes(row)
  $('.content', row)?.append(el('div', { class: 'delivery' }))
  append(row)
  return row
}

/** @param {{ id: number, name: string, text: string }} to */
function quote({ id, name, text }) {
  const link = el('a', { class: 'quote', href: `/rooms/${roomId}?message=${id}`, 'data-quote': id })
  link.append(icon('reply', 'sm'), el('b', {}, name), el('span', { class: 'truncate' }, text))
  return link
}

/** @param {Entry} entry */
function showPending(entry) {
  const row = rowOf(entry.clientId) ?? draw(entry)
  row.dataset.delivery = 'pending'
  $('.delivery', row)?.replaceChildren(el('span', { class: 'state' }, icon('clock', 'sm'), 'Sending…'))
}

/** @param {Entry} entry */
function showFailed(entry) {
  const row = rowOf(entry.clientId) ?? draw(entry)
  if (row.dataset.delivery !== 'failed') announce('Message not sent.', 'assertive')
  row.dataset.delivery = 'failed'
  $('.delivery', row)?.replaceChildren(
    el('span', { class: 'state' }, icon('circle-alert', 'sm'), `Not sent. ${entry.problem}`),
    el('button', { class: 'btn small', type: 'button', 'data-retry': true }, icon('rotate-cw', 'sm'), 'Try again'),
    el('button', {
      class: 'icon-btn small', type: 'button', 'data-drop': true, 'aria-label': 'Delete', title: 'Delete',
    }, icon('trash-2', 'sm')),
  )
}

/** @param {(seq: number) => void} markSeen called with the seq of each message that this page sent */
export function showDelivery(markSeen) {
  for (const row of rows()) drop(row.dataset.clientId) // stored before the page was loaded
  for (const entry of entriesOf(roomId)) (entry.problem ? showFailed : showPending)(entry)

  watchOutbox(({ entry, state, answer }) => {
    if (entry.roomId !== roomId) return
    if (state === 'pending') showPending(entry)
    else if (state === 'failed') showFailed(entry)
    else if (state === 'gone') { rowOf(entry.clientId)?.remove(); tidy() }
    else if (answer) {
      becomeMember()
      show(parse(answer.body).map(personalize))
      markSeen(Number(answer.headers['X-Seq']))
    }
  })

  list.addEventListener('click', event => {
    const button = closest(event.target, '[data-retry], [data-drop]')
    const row = closest(button, '.message')
    if (!button || !row) return
    row.focus({ preventScroll: true })
    if (button.matches('[data-retry]')) retry(row.dataset.clientId ?? '')
    else {
      drop(row.dataset.clientId)
      $('#compose')?.focus()
    }
  })
}
