// @ts-check
import { invoke } from './answer.js'

/** Listeners by event name. An exception of one is reported and does not stop the others. */
export class Emitter {
  /** @type {Map<string, Function[]>} */
  #listeners = new Map()

  /** @param {string} name @param {Function} fn */
  on(name, fn) {
    const listeners = this.#listeners.get(name) ?? []
    if (listeners.includes(fn)) console.warn(`"${name}" has this listener already: it will be called twice`)
    this.#listeners.set(name, [...listeners, fn])
    return this
  }

  /** @param {string} name @param {Function} fn */
  once(name, fn) {
    const first = (/** @type {unknown[]} */ ...args) => { this.off(name, first); fn(...args) }
    return this.on(name, first)
  }

  /** Removes fn; without fn, all listeners of that name. @param {string} name @param {Function} [fn] */
  off(name, fn) {
    const listeners = this.#listeners.get(name) ?? []
    const at = fn ? listeners.indexOf(fn) : -1
    this.#listeners.set(name, fn ? listeners.filter((_, i) => i !== at) : [])
    return this
  }

  removeAllListeners() { this.#listeners.clear() }

  /** @param {string} name @param {unknown[]} args */
  dispatch(name, ...args) {
    for (const fn of this.#listeners.get(name) ?? []) invoke(fn, ...args)
  }
}
