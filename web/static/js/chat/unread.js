// @ts-check
// How far the reader has read: as far as the end, whenever the end is on the screen.
import { $, el } from '../app.js'
import { setReading } from '../rooms.js'
import { list, log, role, roomId, socket } from './room.js'
import { isOwn } from './row.js'
import { bring, nearEnd, rows, upToDate } from './log.js'

const SETTLE_MS = 150 // several that arrive at once are one reading

let readSeq = Number(log.dataset.readSeq)
let isNew = rows().some(row => Number(row.dataset.createdSeq) > readSeq && !isOwn(row))
let timer = 0

const divider = () => $('[data-unread]', list)

export const isReading = () => nearEnd() && upToDate() && document.visibilityState === 'visible'

/** Opens the room where the reader left it: at what is new, if the end does not show it anyway. */
export function openAtUnread() {
  const mark = divider()
  if (mark && mark.getBoundingClientRect().top < log.getBoundingClientRect().top) bring(mark)
}

/** A row came: if nobody is looking, it is where "new" begins, or one more. @param {HTMLElement} row */
export function count(row) {
  if (isReading()) return
  const old = divider(), number = old && $('[data-unread-count]', old)
  if (isNew && number) number.textContent = countText(Number.parseInt(number.textContent ?? '') + 1)
  else {
    old?.remove()
    row.before(draw())
  }
}

/** As the server draws it, which counts no further. @param {number} n */
const countText = n => n > 99 ? '99+' : String(n)

function draw() {
  return el('li', { class: 'divider unread', id: 'unread', 'data-unread': true },
    el('span', {}, el('span', { 'data-unread-count': true }, '1'), ' new', el('span', { class: 'sr-only' }, ' messages')))
}

/** Whoever answers has read. */
export const clearDivider = () => divider()?.remove()

/** @param {() => number | undefined} latestSeq how far the page knows the room */
export function watchReading(latestSeq) {
  const read = async () => {
    setReading(isReading() ? roomId : 0)
    const seq = latestSeq()
    if (!isNew || !isReading() || !role() || seq === undefined || !socket.isConnected()) return
    isNew = false
    const { body, error } = await socket.post('/api/chat/read', { roomId, seq })
    if (error) isNew = true
    else heard({ roomId, readSeq: seq, ...body })
  }
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(read, SETTLE_MS)
  }
  log.addEventListener('scroll', soon, { passive: true })
  document.addEventListener('visibilitychange', soon)
  soon()
  return () => { isNew = true; soon() }
}

/** @param {{ roomId: number, readSeq: number, unread: number, mentions: number }} marks */
export function heard(marks) {
  if (marks.roomId !== roomId) return
  readSeq = Math.max(readSeq, marks.readSeq)
  document.dispatchEvent(new CustomEvent('hubbub:read', { detail: marks }))
}
