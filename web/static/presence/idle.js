// @ts-check
// Detects idleness: after a time without input, or when the tab has been hidden for a while; until the next input.
// Each tab reports its own; the server combines the tabs of a user.
import { need } from '../core/index.js'

const INPUT = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart']

/** @param {(idle: boolean) => void} onChange @returns {() => boolean} reports whether this tab is idle now */
export function watchIdle(onChange) {
  const { idleAfter, hiddenAfter } = need('[data-idle-after]').dataset
  let idle = false
  let timer = 0

  /** @param {boolean} now */
  const set = now => { if (now !== idle) onChange(idle = now) }
  const wait = () => {
    clearTimeout(timer)
    timer = setTimeout(set, Number(document.hidden ? hiddenAfter : idleAfter), true)
  }
  const active = () => {
    set(false)
    wait()
  }
  for (const type of INPUT) addEventListener(type, active, { capture: true, passive: true })
  document.addEventListener('visibilitychange', () => document.hidden ? wait() : active())
  wait()
  return () => idle
}
