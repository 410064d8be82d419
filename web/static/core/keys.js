// @ts-check
// Keyboard shortcuts, with the keys named as on this computer.

/** @typedef {[keys: string, does: string]} Shortcut */

const isApple = /Mac|iPhone|iPad/.test(navigator.platform)
/** @type {Record<string, string>} */
const symbols = isApple ? { Ctrl: '⌘', Alt: '⌥', Shift: '⇧', Enter: '↵' } : { Enter: '↵' }

/** @param {string} key */
export const symbol = key => symbols[key] ?? key

/** @type {Map<string, Shortcut[]>} */
export const shortcuts = new Map([['Anywhere', [
  ['Ctrl K', 'Search, or jump to a room, a person or a page'],
  ['Alt W', 'Behind the scenes'],
  ['?', 'Keyboard shortcuts'],
]]])

/**
 * Adds to the list that "?" opens. Keys are separated by spaces.
 * @param {string} heading @param {Shortcut[]} rows
 */
export function addShortcuts(heading, rows) {
  shortcuts.set(heading, [...(shortcuts.get(heading) ?? []), ...rows])
}
