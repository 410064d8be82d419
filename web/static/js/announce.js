// @ts-check
// Two live regions, empty at first paint, say what a screen reader should hear.
import { $, el } from './dom.js'

const READ_MS = 10_000 // long enough to be spoken; then the region is empty for whoever browses by it
const WINDOW_MS = 2_000
const SINGLY = 3

/** @param {string} text @param {'polite' | 'assertive'} [level] */
export function announce(text, level = 'polite') {
  const line = el('p', {}, text)
  $(`[data-announce="${level}"]`)?.append(line)
  setTimeout(() => line.remove(), READ_MS)
}

let messages = 0

/** Says a message that came, unless more come than anybody could listen to: then how many. @param {string} text */
export function announceMessage(text) {
  if (messages++ === 0) setTimeout(sum, WINDOW_MS)
  if (messages <= SINGLY) announce(text)
}

function sum() {
  if (messages > SINGLY) announce(`${messages} new messages`)
  messages = 0
}
