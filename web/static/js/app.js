// @ts-check
// What every page has. Modules of single pages import from here.
// What opens over the page (palette, drawer, shortcuts) is fetched when it is first asked for.
import './theme.js'
import './times.js'
import { $, $$, listen } from './dom.js'
import { symbol } from './keys.js'

export { $, $$, bind, el, icon, listen, socket, uuid } from './dom.js'
export { announce, announceMessage } from './announce.js'
export { apply, intercept, parse, place } from './fragments.js'
export { addShortcuts } from './keys.js'
export { connection } from './connection.js'
export { showTimes } from './times.js'
export { waiting } from './tab.js'
export { dismiss, toast } from './toast.js'

const openPalette = async () => (await import('./palette.js')).togglePalette()
/** @param {HTMLElement} [button] */
const openWire = async button => (await import('./wire.js')).toggleWire(button)
const openShortcuts = async () => (await import('./shortcuts.js')).showShortcuts()

/** Whether keys are text there. @param {EventTarget | null} target */
const writing = target => target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))

/** @param {KeyboardEvent} event */
function opens({ key, code, altKey, metaKey, ctrlKey, target }) {
  if ((metaKey || ctrlKey) && key.toLowerCase() === 'k' && $('#palette')) return openPalette
  if (altKey && code === 'KeyW' && $('#wire')) return openWire
  if (key === '?' && !altKey && !metaKey && !ctrlKey && !writing(target)) return openShortcuts
}

addEventListener('keydown', event => {
  const open = opens(event)
  if (!open) return
  event.preventDefault()
  open()
})

// The command attribute opens the dialog by itself, but an empty one.
listen('click', '[commandfor="palette"]', (_, event) => {
  event.preventDefault()
  openPalette()
})
listen('click', '[data-toggle-wire]', button => openWire(button))
for (const key of $$('[data-key]')) key.textContent = symbol(key.dataset.key ?? '')
if (sessionStorage.getItem('wire') && $('#wire')) openWire()
