// @ts-check
// The entry module of every page; the modules of single pages import from it.
// What opens over the page (palette, drawer, shortcuts) is loaded when it is first opened.
import './theme.js'
import './times.js'
import { $, $$, listen } from './dom.js'
import { symbol } from './keys.js'

export { $, $$, bind, childrenOf, closest, copyOf, el, icon, listen, need, socket, uuid } from './dom.js'
export { announce, announceMessage } from './announce.js'
export { apply, intercept, parse, place, watchFragments } from './fragments.js'
export { addShortcuts, shortcuts, symbol } from './keys.js'
export { addCaughtUp, connection } from './connection.js'
export { switchTheme } from './theme.js'
export { HTML, problem, requestHTML, showProblem } from './request.js'
export { showTimes } from './times.js'
export { showInTab } from './tab.js'
export { dismiss, toast } from './toast.js'
export { capped, hueOf, initials } from './words.js'

const openPalette = async () => (await import('../palette/index.js')).togglePalette()
/** @param {HTMLElement} [button] */
const openWire = async button => (await import('./wire.js')).toggleWire(button)
const openShortcuts = async () => (await import('./shortcuts.js')).showShortcuts()

/** Reports whether keys are typed into the target. @param {EventTarget | null} target */
const isTyping = target =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))

/** The action of a shortcut, or undefined. @param {KeyboardEvent} event */
function actionOf({ key, code, altKey, metaKey, ctrlKey, target }) {
  if ((metaKey || ctrlKey) && key.toLowerCase() === 'k' && $('#palette')) return openPalette
  if (altKey && code === 'KeyW' && $('#wire')) return openWire
  if (key === '?' && !altKey && !metaKey && !ctrlKey && !isTyping(target)) return openShortcuts
}

addEventListener('keydown', event => {
  const open = actionOf(event)
  if (!open) return
  event.preventDefault()
  open()
})

// Without this the command attribute would open the dialog before its module has filled it.
listen('click', '[commandfor="palette"]', (_, event) => {
  event.preventDefault()
  openPalette()
})
listen('click', '[data-toggle-wire]', button => openWire(button))
for (const key of $$('[data-key]')) key.textContent = symbol(key.dataset.key ?? '')
if (sessionStorage.getItem('wire') && $('#wire')) openWire()
