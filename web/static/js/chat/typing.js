// @ts-check
// Who is typing. True goes out at most every 3 s and false after 2 s of nothing; whoever is shown is forgotten after 6 s.
import { $, el } from '../app.js'
import { box } from './composer.js'
import { roomId, socket } from './room.js'

const AGAIN_MS = 3_000
const IDLE_MS = 2_000
const FORGET_MS = 6_000

/** @type {Map<number, { name: string, timer: number }>} */
const typists = new Map()
let said = 0
let idle = 0

/** @param {boolean} isTyping */
function say(isTyping) {
  said = isTyping ? Date.now() : 0
  if (socket.isConnected()) socket.post('/api/chat/typing', { roomId, isTyping })
}

function typed() {
  clearTimeout(idle)
  if (!box?.value.trim()) return said ? say(false) : undefined
  if (Date.now() - said >= AGAIN_MS) say(true)
  idle = setTimeout(() => said && say(false), IDLE_MS)
}

/** @param {{ userId: number, isTyping: boolean, user: { fullName: string } }} event */
export function hear({ userId, isTyping, user }) {
  forget(userId)
  if (isTyping) typists.set(userId, { name: user.fullName, timer: setTimeout(() => { forget(userId); show() }, FORGET_MS) })
  show()
}

/** @param {number} userId */
function forget(userId) {
  clearTimeout(typists.get(userId)?.timer)
  typists.delete(userId)
}

/** Whoever has sent has stopped. @param {number} userId */
export function sent(userId) {
  forget(userId)
  show()
}

function show() {
  const place = $('[data-typing-names]'), dots = $('[data-typing] .dots')
  if (!place || !dots) return
  dots.hidden = typists.size === 0
  const names = [...typists.values()].map(({ name }) => el('b', {}, name.split(' ')[0]))
  if (names.length === 0) place.replaceChildren()
  else if (names.length === 1) place.replaceChildren(names[0], ' is typing…')
  else if (names.length === 2) place.replaceChildren(names[0], ' and ', names[1], ' are typing…')
  else place.replaceChildren('Several people are typing…')
}

export function watchTyping() {
  box?.addEventListener('input', typed)
  document.addEventListener('hubbub:sent', () => { // the server says false for whoever sends
    clearTimeout(idle)
    said = 0
  })
  socket.on('disconnect', () => {
    for (const id of [...typists.keys()]) forget(id)
    show()
  })
}
