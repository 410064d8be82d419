// @ts-check
// The copy of a document that this browser keeps, of one person and one epoch: it has what was written offline
// when the tab is closed, and is sent when the document is opened again. When the document was made tells it from one
// of the same number in a database that was there before.
import { IndexeddbPersistence } from '../../vendor/document.js'
import { KEPT, forgetKept } from '../kept.js'

const PATIENCE_MS = 2_000 // a browser that does not answer by then, or refuses, keeps nothing

export class Local {
  /** Whether what is written now is kept. */
  kept = false
  /** Whether anything was kept from before. */
  found = false
  /** @type {IndexeddbPersistence | undefined} */
  #store

  /** @param {{ me: number, docId: number, made: number, epoch: number }} whose */
  constructor({ me, docId, made, epoch }) {
    this.document = `${KEPT}${me}-${docId}-`
    this.person = `${KEPT}${me}-`
    this.name = `${this.document}${made}-${epoch}`
  }

  /** Reads it into the document, and keeps what changes from then on. @param {import('../../vendor/document.js').Doc} doc */
  async open(doc) {
    forgetKept(name => !name.startsWith(this.person) || (name.startsWith(this.document) && name !== this.name))
    if (!globalThis.indexedDB) return
    const store = this.#store = new IndexeddbPersistence(this.name, doc)
    await Promise.race([store.whenSynced, new Promise(resolve => setTimeout(resolve, PATIENCE_MS))])
    this.kept = store.synced
    this.found = doc.store.clients.size > 0
  }

  /** The document is no longer this person's to keep. */
  async clear() {
    this.kept = false
    await this.#store?.clearData()
  }
}
