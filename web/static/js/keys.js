// @ts-check
// Keys as this computer names them, and what they do.

/** @typedef {[keys: string, does: string]} Shortcut */

/** @type {Record<string, string>} */
const symbols = /Mac|iPhone|iPad/.test(navigator.platform) ? { Ctrl: '⌘', Alt: '⌥', Shift: '⇧', Enter: '↵' } : { Enter: '↵' }

/** @param {string} key */
export const symbol = key => symbols[key] ?? key

/** @type {Map<string, Shortcut[]>} */
export const shortcuts = new Map([['Anywhere', [
  ['Ctrl K', 'Search, or jump to a room, a person or a page'],
  ['Alt W', 'Behind the scenes'],
  ['?', 'This list'],
]]])

/** Adds to the list behind "?". Keys are separated by spaces. @param {string} heading @param {Shortcut[]} rows */
export function addShortcuts(heading, rows) {
  shortcuts.set(heading, [...(shortcuts.get(heading) ?? []), ...rows])
}
