// @ts-check
// Refuses what is too large to be sent as one change before it is in the document, such as a huge paste.
import { Extension, Plugin, ySyncPluginKey } from '../../vendor/document.js'
import { toast } from '../app.js'

/** @typedef {import('../../vendor/document.js').Editor} Editor */
/** @typedef {import('../../vendor/document.js').EditorState['tr']} Change */

const MOST = 768 << 10 // bytes as JSON, which is about as long as an update of Yjs; the server takes 1 MiB
const SMALL = MOST >> 6 // positions in a slice that need not be measured: none takes 64 bytes on average

/** The meta of a change whose update is not what its steps insert. */
export const UNBOUNDED = 'unbounded'

/** @param {object} json */
const bytesOf = json => new Blob([JSON.stringify(json)]).size

/** What the steps of a change insert. @param {Change} change */
const slicesOf = change => change.steps.flatMap(step => 'slice' in step ? [/** @type {import('@tiptap/pm/model').Slice} */ (step.slice)] : [])

/** @param {Change} change */
function fits(change) {
  if (change.getMeta(ySyncPluginKey) || change.getMeta(UNBOUNDED)) return true // it comes from the shared document; or it is known better
  const slices = slicesOf(change).filter(slice => slice.size > SMALL)
  return slices.reduce((sum, slice) => sum + bytesOf(slice.content.toJSON()), 0) <= MOST
}

function refuse() {
  toast({
    title: 'That is too much at once', body: 'Paste up to 700 KB of text at a time.',
    icon: 'circle-alert', tone: 'warn', key: 'too-large',
  })
  return false
}

/** A text that need not even be parsed: true, it was dealt with. @param {ClipboardEvent} event */
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
