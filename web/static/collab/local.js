// @ts-check
// This browser's copy of a document, for one user and one epoch. It keeps what was written offline when the tab is
// closed; the channel sends that when the document is opened again. The name includes the time at which the document
// was created, since another database may have had a document of the same number.
import { IndexeddbPersistence } from '../vendor/document.js'
import { KEPT, forgetKept } from '../core/kept.js'

const TIMEOUT_MS = 2_000 // a browser that has not opened the copy by then, or refuses, is taken to keep none

export class Local {
  /** Whether changes are kept from now on. */
  kept = false
  /** Whether there was a copy from before. */
  found = false
  /** @type {IndexeddbPersistence | undefined} */
  #store

  /** @param {{ me: number, docId: number, made: number, epoch: number }} whose */
  constructor({ me, docId, made, epoch }) {
    this.document = `${KEPT}${me}-${docId}-`
    this.person = `${KEPT}${me}-`
    this.name = `${this.document}${made}-${epoch}`
  }

  /** Reads the copy into the document, and keeps later changes. @param {import('../vendor/document.js').Doc} doc */
  async open(doc) {
    forgetKept(name => !name.startsWith(this.person) || (name.startsWith(this.document) && name !== this.name))
    if (!globalThis.indexedDB) return
    const store = this.#store = new IndexeddbPersistence(this.name, doc)
    await Promise.race([store.whenSynced, new Promise(resolve => setTimeout(resolve, TIMEOUT_MS))])
    this.kept = store.synced
    this.found = doc.store.clients.size > 0
  }

  /** Deletes the copy: the user may no longer read the document. */
  async clear() {
    this.kept = false
    await this.#store?.clearData()
  }
}
