// @ts-check
// The open document, shared by the modules of its page: the user's role, the Y.Doc, the editor once it is made, and the
// operations that comments and versions need.
import * as vendor from '../vendor/document.js'
import { Channel } from './channel.js'
import { Emitter } from './emitter.js'
import { FIELD } from './editor.js'
import { UNBOUNDED } from './bound.js'
import { Local } from './local.js'
import { People } from './people.js'
import { docId, me, page, role, schema } from './page.js'
import { anchorOfSelection, rangeOf, updateThreads } from './threads.js'

/** @typedef {import('../vendor/document.js').Editor} Editor */
/** @typedef {import('./page.js').Role} Role */
/** @typedef {import('./threads.js').Thread} Thread */

/** The lowest Yjs client that a page may choose itself; the server assigns smaller ones. */
const OWN_CLIENTS = 2 ** 32

const doc = new vendor.Doc()
doc.clientID = OWN_CLIENTS + Math.floor(Math.random() * 2 ** 48)
const awareness = new vendor.Awareness(doc)
const epoch = Number(page.dataset.epoch)
const channel = new Channel(io.socket, doc, awareness, { docId, schema, epoch, role: role() })

/** Emits `role` (Role), `gone` (why) and `ready` (Editor). */
class Session extends Emitter {
  id = docId
  vendor = vendor
  doc = doc
  awareness = awareness
  channel = channel
  people = new People(channel)
  local = new Local({ me, docId, made: Number(page.dataset.made), epoch })
  /** Set when the document is loaded. @type {Editor | undefined} */
  editor
  /** @type {Promise<Editor>} */
  ready = new Promise(resolve => this.on('ready', resolve))

  role() { return channel.role }

  /** @param {(role: Role) => void} fn */
  onRole(fn) { return this.on('role', fn) }

  /** The anchor and the text of the selection, for a new comment; null if it is empty. */
  anchorOfSelection() { return this.editor ? anchorOfSelection(this.editor) : null }

  /** The present range of an anchor; null if its text was deleted. @param {import('./threads.js').Anchor} anchor */
  rangeOf(anchor) { return this.editor ? rangeOf(this.editor.state, anchor) : null }

  /** Marks the text of the threads that are not resolved. @param {Thread[]} threads */
  showThreads(threads) { this.ready.then(editor => updateThreads(editor, { threads })) }

  /** Highlights the text of one thread. @param {number} id 0: none */
  showThread(id) { this.ready.then(editor => updateThreads(editor, { current: id })) }

  /**
   * Replaces the document's content by that of an update of Yjs, as one edit that can be undone.
   * @param {Uint8Array} update @returns {boolean} false if the user may not write
   */
  replaceWith(update) {
    const { editor } = this
    if (!editor?.isEditable) return false
    const scratch = new vendor.Doc()
    vendor.applyUpdate(scratch, update)
    const content = vendor.yXmlFragmentToProseMirrorRootNode(scratch.getXmlFragment(FIELD), editor.schema).content
    const { undoManager } = vendor.yUndoPluginKey.getState(editor.state)
    undoManager.stopCapturing()
    // y-tiptap writes only what differs into the Y.Doc, which is usually little: hence UNBOUNDED.
    const { tr, doc: before } = editor.state
    editor.view.dispatch(tr.replaceWith(0, before.content.size, content).setMeta(UNBOUNDED, true))
    undoManager.stopCapturing()
    return true
  }
}

export const session = new Session()
