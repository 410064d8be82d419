// @ts-check
// Writes how somebody is wherever the page shows it. Nothing moves for it: a mark is drawn on its avatar's corner.
import { $, $$, el, showTimes } from '../app.js'

/** @typedef {{ status: string, text?: string | null, lastSeenAt?: string | null }} Standing */

const WORDS = /** @type {Record<string, string>} */ ({ online: 'Online', away: 'Away', busy: 'Do not disturb', invisible: 'Invisible' })

/** @param {number} id @param {Standing} standing */
export function show(id, standing) {
  for (const avatar of $$(`.avatar[data-presence][data-person="${id}"]`)) avatar.dataset.presence = standing.status
  for (const word of $$(`[data-presence-word="${id}"]`)) word.textContent = `, ${standing.status}`
  for (const line of $$(`[data-standing-of="${id}"]`)) {
    const before = /** @type {HTMLTimeElement | null} */ ($('time', line))
    line.replaceChildren(...inWords({ ...standing, lastSeenAt: standing.lastSeenAt ?? before?.dateTime }))
    showTimes(line)
  }
}

/** As web.Standing draws it. @param {Standing} standing @returns {(string | Node)[]} */
function inWords({ status, text, lastSeenAt }) {
  if (status === 'offline' && lastSeenAt) return ['Last seen ', el('time', { class: 'num', datetime: lastSeenAt, 'data-time': 'seen' })]
  const word = WORDS[status] ?? 'Offline'
  return [text ? `${word} · ${text}` : word]
}

/** The people whom a part of the page shows. @param {Element} part */
export function shownIn(part) {
  const marked = [part, ...$$('[data-presence][data-person]', part)].filter(node => node.matches('[data-presence][data-person]'))
  return new Set(marked.map(node => Number(/** @type {HTMLElement} */ (node).dataset.person)))
}
