// @ts-check
// The room that this page shows, and its parts that every module of chat needs.
import { $ } from '../app.js'
import { redraw } from '../rooms.js'

export const socket = io.socket
export const log = /** @type {HTMLElement} */ ($('[data-log]'))
export const list = /** @type {HTMLElement} */ ($('[data-messages]', log))
export const roomId = Number(log.dataset.room)
export const me = Number(document.body.dataset.userId)
export const HTML = { Accept: 'text/html' }

/** What the reader is in the room; '' is a guest in a public one. */
export const role = () => log.dataset.role ?? ''

/** Whoever writes in a public room is a member of it from then on. */
export function becomeMember() {
  if (role()) return
  log.dataset.role = 'member'
  $('form.room-note')?.remove()
  redraw()
}

/** A problem in words for the person. @param {import('../types').Jwr} answer */
export function reason(answer) {
  if (!answer.statusCode) return 'No connection.'
  const errors = Object.values(answer.body?.errors ?? {})
  if (errors.length) return `The message ${errors.join(', ')}.`
  return answer.body?.detail || 'The server answered with an error.'
}
