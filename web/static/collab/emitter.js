// @ts-check

/** Calls listeners by event name. */
export class Emitter {
  /** @type {Map<string, ((detail: any) => void)[]>} */
  #listeners = new Map()

  /** @param {string} event @param {(detail: any) => void} fn @returns {() => void} removes it */
  on(event, fn) {
    this.#listeners.set(event, [...this.#listeners.get(event) ?? [], fn])
    return () => this.#listeners.set(event, (this.#listeners.get(event) ?? []).filter(other => other !== fn))
  }

  /** @param {string} event @param {unknown} [detail] */
  emit(event, detail) {
    for (const fn of this.#listeners.get(event) ?? []) fn(detail)
  }
}
