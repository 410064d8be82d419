// @ts-check
// Away by itself: after a time without input, or once the tab has been hidden for a moment; back at the first input.
// Each tab says it of itself, and the server makes one person of all their tabs.
import { $ } from '../app.js'

const INPUT = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart']

/** @param {(idle: boolean) => void} changed @returns {() => boolean} whether this tab is idle now */
export function watchIdle(changed) {
  const { idleAfter, hiddenAfter } = /** @type {HTMLElement} */ ($('[data-idle-after]')).dataset
  let idle = false, timer = 0

  /** @param {boolean} now */
  const become = now => { if (now !== idle) changed(idle = now) }
  const wait = () => {
    clearTimeout(timer)
    timer = setTimeout(become, Number(document.hidden ? hiddenAfter : idleAfter), true)
  }
  const active = () => {
    become(false)
    wait()
  }
  for (const type of INPUT) addEventListener(type, active, { capture: true, passive: true })
  document.addEventListener('visibilitychange', () => document.hidden ? wait() : active())
  wait()
  return () => idle
}
