// @ts-check
// The browser tab's title and icon: the title has the number of unread messages, "(3) #general · Hubbub", and the
// icon is marked while there are unread notifications.
import { $ } from './dom.js'
import { capped } from './words.js'

const MARKED = new URL('../icon-unread.svg', import.meta.url).pathname

const shown = { messages: 0, notifications: 0 }
const favicon = $('link[rel="icon"]')
const plain = favicon?.href ?? ''

/**
 * Shows how many messages or notifications are unread. A mention is both, so the title has the larger number, not the
 * sum.
 * @param {'messages' | 'notifications'} what @param {number} n
 */
export function showInTab(what, n) {
  shown[what] = n
  const most = Math.max(shown.messages, shown.notifications)
  const title = document.title.replace(/^\(\d+\+?\) /, '')
  document.title = most ? `(${capped(most)}) ${title}` : title
  if (favicon) favicon.href = shown.notifications ? MARKED : plain
}
