// @ts-check
// Announcements for screen readers, in two live regions that are empty when the page loads.
import { $, el } from './dom.js'

const READ_MS = 10_000 // long enough to be spoken; then it is removed, so that browsing the page does not read it again
const WINDOW_MS = 2_000
const SINGLY = 3 // messages announced one by one in a window

/** @param {string} text @param {'polite' | 'assertive'} [level] */
export function announce(text, level = 'polite') {
  const line = el('p', {}, text)
  $(`[data-announce="${level}"]`)?.append(line)
  setTimeout(() => line.remove(), READ_MS)
}

let messages = 0

/** Announces a new message; of many within WINDOW_MS, only the first few and their number. @param {string} text */
export function announceMessage(text) {
  if (messages++ === 0) setTimeout(sum, WINDOW_MS)
  if (messages <= SINGLY) announce(text)
}

function sum() {
  if (messages > SINGLY) announce(`${messages} new messages`)
  messages = 0
}
