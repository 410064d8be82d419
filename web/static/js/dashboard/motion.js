// @ts-check
// Whether the page moves: not while its reader has paused it, nor while nobody can see it. What happens meanwhile is
// kept by whoever shows it, and drawn once it moves again.
import { $, announce, icon } from '../app.js'

let paused = false
/** @type {(() => void)[]} */
const waiting = []

export const isPaused = () => paused
export const moves = () => !paused && !document.hidden

/** @param {() => void} fn called whenever the page moves again */
export const onMove = fn => waiting.push(fn)

const again = () => { if (moves()) for (const fn of waiting) fn() }

const button = $('[data-pause]')

function toggle() {
  paused = !paused
  button?.setAttribute('aria-pressed', String(paused))
  button?.replaceChildren(icon(paused ? 'play' : 'pause', 'sm'), paused ? 'Resume' : 'Pause')
  announce(paused ? 'Paused' : 'Live again')
  again()
}

button?.addEventListener('click', toggle)
document.addEventListener('visibilitychange', again)
