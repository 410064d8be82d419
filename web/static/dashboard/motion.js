// @ts-check
// Whether the page is updated: not while its user has paused it, nor while it is hidden. Each module keeps what arrives
// in the meantime, and draws it when the page resumes.
import { $, announce, icon } from '../core/index.js'

let paused = false
/** @type {(() => void)[]} */
const listeners = []

export const isPaused = () => paused
export const isMoving = () => !paused && !document.hidden

/** @param {() => void} fn called whenever the page resumes */
export const onResume = fn => listeners.push(fn)

const resume = () => { if (isMoving()) for (const fn of listeners) fn() }

const button = $('[data-pause]')

function toggle() {
  paused = !paused
  button?.setAttribute('aria-pressed', String(paused))
  button?.replaceChildren(icon(paused ? 'play' : 'pause', 'sm'), paused ? 'Resume' : 'Pause')
  announce(paused ? 'Paused' : 'Live updates are back')
  resume()
}

button?.addEventListener('click', toggle)
document.addEventListener('visibilitychange', resume)
