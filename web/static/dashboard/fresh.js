// @ts-check
// Shows how old the numbers are. The last ones stay on the page while there is no connection.
import { connection, need } from '../core/index.js'
import { isPaused } from './motion.js'

const TICK_MS = 1_000

const badge = need('[data-freshness]')
const note = need('[data-updated]')
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

let at = Date.now()
let drawn = at

/** Called when the server has sent numbers. */
export function markFresh() {
  at = Date.now()
  show()
}

/** @param {number} ms */
function ago(ms) {
  const s = Math.round(ms / 1_000)
  if (s < 2) return 'just now'
  if (s < 60) return `${s} s ago`
  return s < 3_600 ? `${Math.floor(s / 60)} min ago` : `at ${clock.format(Date.now() - ms)}`
}

/** @returns {[tone: string, word: string, note: string]} */
function words() {
  const state = connection()
  if (isPaused()) return ['warn', 'Paused', `last updated at ${clock.format(drawn)}`]
  if (state === 'connecting') return ['warn', 'Reconnecting…', `last updated at ${clock.format(at)}`]
  if (state === 'offline') return ['bad', 'Not live', `last updated at ${clock.format(at)}`]
  drawn = Date.now()
  return ['ok', 'Live', `updated ${ago(Date.now() - at)}`]
}

export function show() {
  const [tone, word, text] = words()
  badge.className = `badge ${tone}`
  if (badge.textContent !== word) badge.textContent = word
  if (note.textContent !== text) note.textContent = text
}

setInterval(() => document.hidden || show(), TICK_MS)
