// @ts-check
// How far the user has read. When the log's end is visible, all messages are read.
import { $, capped, el } from '../core/index.js'
import { applyRead as applyReadToList, setReading } from './rooms.js'
import { list, log, role, roomId, socket } from './room.js'
import { isOwn } from './row.js'
import { bringIntoView, nearEnd, rows, upToDate } from './log.js'

const DEBOUNCE_MS = 150 // messages that arrive together are marked by one request

let readSeq = Number(log.dataset.readSeq)
let isNew = rows().some(row => Number(row.dataset.createdSeq) > readSeq && !isOwn(row))
let timer = 0

const divider = () => $('[data-unread]', list)

export const isReading = () => nearEnd() && upToDate() && document.visibilityState === 'visible'

/** Scrolls to the first unread message, unless it is visible at the log's end. */
export function openAtUnread() {
  const mark = divider()
  if (mark && mark.getBoundingClientRect().top < log.getBoundingClientRect().top) bringIntoView(mark)
}

/** Counts a new row in the "new" divider, or puts one before it, unless the user sees it. @param {HTMLElement} row */
export function count(row) {
  if (isReading()) return
  const old = divider()
  const number = old && $('[data-unread-count]', old)
  if (isNew && number) number.textContent = capped(Number.parseInt(number.textContent ?? '') + 1)
  else {
    old?.remove()
    row.before(draw())
  }
}

function draw() {
  const number = el('span', { 'data-unread-count': true }, '1')
  return el('li', { class: 'divider unread', id: 'unread', 'data-unread': true },
    el('span', {}, number, ' new', el('span', { class: 'sr-only' }, ' messages')))
}

/** Called when the user sends a message: they have read what was new. */
export const clearDivider = () => divider()?.remove()

/**
 * Marks the room as read whenever its end is visible.
 * @param {() => number | undefined} latestSeq the seq of the last change applied
 * @returns {() => void} to be called when something new was shown
 */
export function watchReading(latestSeq) {
  const read = async () => {
    setReading(isReading() ? roomId : 0)
    const seq = latestSeq()
    if (!isNew || !isReading() || !role() || seq === undefined || !socket.isConnected()) return
    isNew = false
    const { body, error } = await socket.post('/api/chat/read', { roomId, seq })
    if (error) isNew = true
    else applyRead({ roomId, readSeq: seq, ...body })
  }
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(read, DEBOUNCE_MS)
  }
  log.addEventListener('scroll', soon, { passive: true })
  document.addEventListener('visibilitychange', soon)
  soon()
  return () => { isNew = true; soon() }
}

/** @param {import('../protocol').chat.Marks} marks */
export function applyRead(marks) {
  if (marks.roomId !== roomId) return
  readSeq = Math.max(readSeq, marks.readSeq)
  applyReadToList(marks)
}
