// @ts-check
// The chat room that this page shows, and the elements that every module of chat needs.
import { $ } from '../core/index.js'
import { redraw } from './rooms.js'

export const socket = io.socket
export const log = /** @type {HTMLElement} */ ($('[data-log]'))
export const list = /** @type {HTMLElement} */ ($('[data-messages]', log))
export const roomId = Number(log.dataset.room)
export const me = Number(document.body.dataset.userId)
export const HTML = { Accept: 'text/html' }

/** The user's role in the room; '' for a guest in a public room. */
export const role = () => log.dataset.role ?? ''

/** Shows the user as a member: a guest who sends a message to a public room becomes one. */
export function becomeMember() {
  if (role()) return
  log.dataset.role = 'member'
  $('form.room-note')?.remove()
  redraw()
}

/** What went wrong, in words for the user. @param {import('../socket/types').Answer} answer */
export function reason(answer) {
  if (!answer.statusCode) return 'No connection.'
  const errors = Object.values(answer.body?.errors ?? {})
  if (errors.length) return `The message ${errors.join(', ')}.`
  return answer.body?.detail || 'The server answered with an error.'
}
