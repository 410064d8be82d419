// @ts-check
// The carets and selections of the other users in the text. A caret shows its user's name while it moves.
import { Extension, yCursorPlugin } from '../vendor/document.js'
import { $$, el } from '../core/index.js'

const IDLE_MS = 3_000

/** @typedef {import('./people.js').People} People */
/** @typedef {import('../vendor/document.js').Awareness} Awareness */

/** @param {number} client */
export const caretsOf = client => $$(`.caret[data-client="${client}"]`)

export class Carets {
  /** The timer of each active caret, by client. @type {Map<number, number>} */
  #timers = new Map()

  /** @param {Awareness} awareness @param {People} people */
  constructor(awareness, people) {
    this.awareness = awareness
    this.people = people
    awareness.on('change', (/** @type {{ added: number[], updated: number[] }} */ { added, updated }) => {
      for (const client of [...added, ...updated]) this.#markActive(client)
    })
    people.on('change', () => awareness.emit('change', [{ added: [], updated: [], removed: [] }, this]))
  }

  extension() {
    const { awareness, people } = this
    return Extension.create({
      name: 'carets',
      addProseMirrorPlugins: () => [yCursorPlugin(awareness, {
        awarenessStateFilter: (/** @type {number} */ _, /** @type {number} */ client) =>
          client !== awareness.clientID && !!people.get(client),
        cursorBuilder: (/** @type {unknown} */ _, /** @type {number} */ client) => this.#draw(client),
        selectionBuilder: (/** @type {unknown} */ _, /** @type {number} */ client) =>
          ({ class: 'remote-selection', 'data-hue': String(people.get(client)?.hue) }),
      })],
    })
  }

  /** @param {number} client */
  #draw(client) {
    const visit = this.people.get(client)
    const attributes = {
      class: this.#timers.has(client) ? 'caret' : 'caret is-idle',
      'data-client': client, 'data-hue': visit?.hue, 'aria-hidden': 'true',
    }
    return el('span', attributes, el('span', {}, visit?.user.fullName.split(' ')[0] ?? ''))
  }

  /** @param {number} client */
  #markActive(client) {
    clearTimeout(this.#timers.get(client))
    this.#timers.set(client, Number(setTimeout(() => {
      this.#timers.delete(client)
      for (const caret of caretsOf(client)) caret.classList.add('is-idle')
    }, IDLE_MS)))
    for (const caret of caretsOf(client)) caret.classList.remove('is-idle')
  }
}
