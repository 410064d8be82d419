// @ts-check
// Refuses a change that is too large for one message, such as a huge paste, before it is in the document.
import { Extension, Plugin, ySyncPluginKey } from '../vendor/document.js'
import { toast } from '../core/index.js'

/** @typedef {import('../vendor/document.js').Editor} Editor */
/** @typedef {import('../vendor/document.js').EditorState['tr']} Change */

const MOST = 768 << 10 // bytes as JSON, which is about as long as an update of Yjs; the server accepts 1 MiB
const SMALL = MOST >> 6 // positions; a smaller slice is not measured: a position takes less than 64 bytes on average

/** The meta of a change whose update is smaller than what its steps insert. */
export const UNBOUNDED = 'unbounded'

/** @param {object} json */
const bytesOf = json => new Blob([JSON.stringify(json)]).size

/** What the steps of a change insert. @param {Change} change */
const slicesOf = change => change.steps.flatMap(step =>
  'slice' in step ? [/** @type {import('@tiptap/pm/model').Slice} */ (step.slice)] : [])

/** Reports whether a change can be sent as one message. @param {Change} change */
function fits(change) {
  if (change.getMeta(ySyncPluginKey)) return true // it comes from the shared document
  if (change.getMeta(UNBOUNDED)) return true
  const slices = slicesOf(change).filter(slice => slice.size > SMALL)
  return slices.reduce((sum, slice) => sum + bytesOf(slice.content.toJSON()), 0) <= MOST
}

function refuse() {
  toast({
    title: 'That’s too much text', body: 'Paste up to 700 KB of text at a time.',
    icon: 'circle-alert', tone: 'warn', key: 'too-large',
  })
  return false
}

/** Refuses a text that is too large to be parsed, and reports whether it did. @param {ClipboardEvent} event */
export function pasteTooLarge(event) {
  if ((event.clipboardData?.getData('text/plain').length ?? 0) <= MOST) return false
  refuse()
  return true
}

export const bound = Extension.create({
  name: 'bound',
  addProseMirrorPlugins() {
    return [new Plugin({ filterTransaction: change => !change.docChanged || fits(change) || refuse() })]
  },
})
