// @ts-check
// Who is typing. `isTyping: true` is sent at most every 3 s, false after 2 s without input; a name goes after 6 s.
import { $, el } from '../core/index.js'
import { box, onSent } from './composer.js'
import { roomId, socket } from './room.js'

const REPEAT_MS = 3_000
const IDLE_MS = 2_000
const FORGET_MS = 6_000

/** @type {Map<number, { name: string, timer: number }>} */
const typists = new Map()
/** When true was last sent; 0 if false was sent since. */
let lastSent = 0
let idle = 0

/** @param {boolean} isTyping */
function send(isTyping) {
  lastSent = isTyping ? Date.now() : 0
  if (socket.isConnected()) socket.post('/api/chat/typing', { roomId, isTyping })
}

function onInput() {
  clearTimeout(idle)
  if (!box?.value.trim()) return lastSent ? send(false) : undefined
  if (Date.now() - lastSent >= REPEAT_MS) send(true)
  idle = setTimeout(() => lastSent && send(false), IDLE_MS)
}

/** @param {import('../protocol').chat.Typing} event */
export function onTyping({ userId, isTyping, user }) {
  forget(userId)
  if (isTyping) typists.set(userId, { name: user.fullName, timer: setTimeout(clear, FORGET_MS, userId) })
  show()
}

/** @param {number} userId */
function forget(userId) {
  clearTimeout(typists.get(userId)?.timer)
  typists.delete(userId)
}

/** Shows a user as no longer typing. @param {number} userId */
export function clear(userId) {
  forget(userId)
  show()
}

function show() {
  const place = $('[data-typing-names]')
  const dots = $('[data-typing] .dots')
  if (!place || !dots) return
  dots.hidden = typists.size === 0
  const names = [...typists.values()].map(({ name }) => el('b', {}, name.split(' ')[0]))
  if (names.length === 0) place.replaceChildren()
  else if (names.length === 1) place.replaceChildren(names[0], ' is typing…')
  else if (names.length === 2) place.replaceChildren(names[0], ' and ', names[1], ' are typing…')
  else place.replaceChildren('Several people are typing…')
}

export function watchTyping() {
  box?.addEventListener('input', onInput)
  onSent(() => { // the server broadcasts false for the sender
    clearTimeout(idle)
    lastSent = 0
  })
  socket.on('disconnect', () => {
    for (const id of [...typists.keys()]) forget(id)
    show()
  })
}
