// @ts-check
// Shows a user's presence wherever the page has it. Nothing moves: a mark is drawn on the avatar's corner.
import { $, $$, el, showTimes } from '../core/index.js'

/** @typedef {{ status: string, text?: string | null, lastSeenAt?: string | null }} Presence */

/** @type {Record<string, string>} */
const WORDS = { online: 'Online', away: 'Away', busy: 'Do not disturb', invisible: 'Invisible' }

/** @param {number} id @param {Presence} presence */
export function show(id, presence) {
  for (const avatar of $$(`.avatar[data-presence][data-person="${id}"]`)) avatar.dataset.presence = presence.status
  for (const word of $$(`[data-presence-word="${id}"]`)) word.textContent = `, ${presence.status}`
  for (const line of $$(`[data-standing-of="${id}"]`)) {
    const before = $('time', line)
    line.replaceChildren(...presenceText({ ...presence, lastSeenAt: presence.lastSeenAt ?? before?.dateTime }))
    showTimes(line)
  }
}

/**
 * The presence in words, as the component web.Standing renders it.
 * @param {Presence} presence @returns {(string | Node)[]}
 */
export function presenceText({ status, text, lastSeenAt }) {
  if (status === 'offline' && lastSeenAt) {
    return ['Last seen ', el('time', { class: 'num', datetime: lastSeenAt, 'data-time': 'seen' })]
  }
  const word = WORDS[status] ?? 'Offline'
  return [text ? `${word} · ${text}` : word]
}

const MARKED = '[data-presence][data-person]'

/** The ids of the users whose presence a part of the page shows. @param {Element} part */
export function shownIn(part) {
  const marked = $$(MARKED, part)
  if (part instanceof HTMLElement && part.matches(MARKED)) marked.push(part)
  return new Set(marked.map(({ dataset }) => Number(dataset.person)))
}
