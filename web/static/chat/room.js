// @ts-check
// The chat room that this page shows, and the elements that every module of chat needs.
import { $, need } from '../core/index.js'
import { redraw } from './rooms.js'

export const socket = io.socket
export const log = need('[data-log]')
export const list = need('[data-messages]', log)
export const roomId = Number(log.dataset.room)
export const me = Number(document.body.dataset.userId)

/** The user's role in the room; '' for a guest in a public room. */
export const role = () => log.dataset.role ?? ''

/** Shows the user as a member: a guest who sends a message to a public room becomes one. */
export function becomeMember() {
  if (role()) return
  log.dataset.role = 'member'
  $('form.room-note')?.remove()
  redraw()
}
