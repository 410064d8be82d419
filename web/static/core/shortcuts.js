// @ts-check
// The dialog that "?" opens: the list of keyboard shortcuts.
import { $, el, shortcuts, symbol } from './index.js'

export function showShortcuts() {
  if ($('dialog[open]')) return
  const attributes = { class: 'dialog', 'aria-labelledby': 'shortcuts-title', closedby: 'any' }
  const dialog = el('dialog', attributes,
    el('h2', { id: 'shortcuts-title' }, 'Keyboard shortcuts'), ...lists(),
    el('form', { method: 'dialog' }, el('button', { class: 'btn' }, 'Close')))
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
}

function lists() {
  return [...shortcuts].flatMap(([heading, rows]) => [
    el('h3', {}, heading),
    el('dl', { class: 'shortcuts' }, ...rows.map(row)),
  ])
}

/** @param {import('./keys.js').Shortcut} shortcut */
const row = ([keys, does]) => el('div', {}, el('dt', {}, ...kbds(keys)), el('dd', {}, does))

/** @param {string} keys */
const kbds = keys => keys.split(' ').map(key => el('kbd', { class: 'kbd' }, symbol(key)))
