// @ts-check
// The panel beside the text, which shows one thing at a time: outline, comments or versions. The module that opens it
// fills it; its button shows that it is open.
import { $, $$, el, icon, need } from '../core/index.js'

const side = need('#doc-side')
let open = ''

/** The panel that is open; "": none. */
export const openPanel = () => open

/**
 * Shows a panel in place of another one, and returns where its content goes.
 * @param {string} name that of its button's data-open-… @param {string} title
 */
export function showPanel(name, title) {
  const body = el('div', { class: 'side-body' })
  const close = el('button', { class: 'icon-btn small push', type: 'button', 'aria-label': 'Close' }, icon('x'))
  close.addEventListener('click', closePanel)
  side.replaceChildren(el('div', { class: 'side-head' }, el('h2', { id: 'doc-side-title' }, title), close), body)
  side.setAttribute('aria-labelledby', 'doc-side-title')
  side.hidden = false
  mark(name)
  side.focus({ preventScroll: true })
  return body
}

/** Closes the panel; the focus returns to its button. */
export function closePanel() {
  const button = $(`[data-open-${open}]`)
  side.hidden = true
  side.replaceChildren()
  mark('')
  button?.focus()
}

/** @param {string} name */
function mark(name) {
  open = name
  for (const button of $$('[aria-controls="doc-side"]')) {
    button.setAttribute('aria-expanded', String(!!name && button.hasAttribute(`data-open-${name}`)))
  }
}

side.addEventListener('keydown', event => { if (event.key === 'Escape') closePanel() })
