// @ts-check
// The document as the page's parts share it: who may do what, the Y.Doc, the editor once it stands, and what comments
// and versions need of it.
import * as vendor from '../../vendor/document.js'
import { Channel } from './channel.js'
import { Emitter } from './emitter.js'
import { FIELD } from './editor.js'
import { UNBOUNDED } from './bound.js'
import { Local } from './local.js'
import { People } from './people.js'
import { docId, me, page, role, schema } from './page.js'
import { anchorOfSelection, rangeOf, tellThreads } from './threads.js'

/** @typedef {import('../../vendor/document.js').Editor} Editor */
/** @typedef {import('./page.js').Role} Role */
/** @typedef {import('./threads.js').Thread} Thread */

/** Begins where clients may count that no server gave out. */
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
  /** Set when the document is there. @type {Editor | undefined} */
  editor
  /** @type {Promise<Editor>} */
  ready = new Promise(resolve => this.on('ready', resolve))

  role() { return channel.role }

  /** @param {(role: Role) => void} fn */
  onRole(fn) { return this.on('role', fn) }

  /** What the selection is about, for a new comment; null where nothing is selected. */
  anchorOfSelection() { return this.editor ? anchorOfSelection(this.editor) : null }

  /** Where an anchor is now; null: what it was about is gone. @param {import('./threads.js').Anchor} anchor */
  rangeOf(anchor) { return this.editor ? rangeOf(this.editor.state, anchor) : null }

  /** Marks where threads stand, but the resolved ones. @param {Thread[]} threads */
  showThreads(threads) { this.ready.then(editor => tellThreads(editor, { threads })) }

  /** Marks one of them as the one that is read. @param {number} id 0: none */
  showThread(id) { this.ready.then(editor => tellThreads(editor, { current: id })) }

  /** Replaces what stands in the document by what an update of Yjs holds, as one edit that can be undone. @param {Uint8Array} update */
  replaceWith(update) {
    const { editor } = this
    if (!editor?.isEditable) return false
    const scratch = new vendor.Doc()
    vendor.applyUpdate(scratch, update)
    const content = vendor.yXmlFragmentToProseMirrorRootNode(scratch.getXmlFragment(FIELD), editor.schema).content
    const { undoManager } = vendor.yUndoPluginKey.getState(editor.state)
    undoManager.stopCapturing()
    // Only what differs is written, and that is little as a rule.
    editor.view.dispatch(editor.state.tr.replaceWith(0, editor.state.doc.content.size, content).setMeta(UNBOUNDED, true))
    undoManager.stopCapturing()
    return true
  }
}

export const session = new Session()
