// @ts-check
// What the browser's tab tells of a page that is out of sight: how much waits, "(3) #general · Hubbub", and by its
// icon whether something of it is for the reader.
import { $ } from './dom.js'

const MARKED = new URL('../icon-unread.svg', import.meta.url).pathname

const shown = { messages: 0, notifications: 0 }
const favicon = /** @type {HTMLLinkElement | null} */ ($('link[rel="icon"]'))
const plain = favicon?.href ?? ''

/** Whoever is mentioned has a message and a notification of it: the larger number counts both once. @param {'messages' | 'notifications'} what @param {number} n */
export function waiting(what, n) {
  shown[what] = n
  const most = Math.max(shown.messages, shown.notifications)
  const title = document.title.replace(/^\(\d+\+?\) /, '')
  document.title = most ? `(${most > 99 ? '99+' : most}) ${title}` : title
  if (favicon) favicon.href = shown.notifications ? MARKED : plain
}
