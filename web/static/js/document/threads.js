// @ts-check
// Where comments stand. An anchor is two relative positions: they move along with the text, and nowhere if it is gone.
import { Decoration, DecorationSet, Extension, Plugin, PluginKey, absolutePositionToRelativePosition, createRelativePositionFromJSON, relativePositionToAbsolutePosition, relativePositionToJSON, ySyncPluginKey } from '../../vendor/document.js'

/** @typedef {import('../../vendor/document.js').Editor} Editor */
/** @typedef {import('../../vendor/document.js').EditorState} EditorState */
/** @typedef {{ start: any, end: any }} Anchor */
/** @typedef {{ id: number, anchor: Anchor, resolved?: boolean }} Thread */

const MOST = 500 // characters of a quote, as the server keeps them
const key = new PluginKey('threads')

/** What the selection is about; null where nothing is selected. @param {Editor} editor */
export function anchorOfSelection(editor) {
  const { doc, selection: { from, to, empty } } = editor.state, { type, binding } = ySyncPluginKey.getState(editor.state)
  if (empty) return null
  /** @param {number} at */
  const anchored = at => relativePositionToJSON(absolutePositionToRelativePosition(at, type, binding.mapping))
  return { anchor: { start: anchored(from), end: anchored(to) }, quote: doc.textBetween(from, to, ' ', ' ').slice(0, MOST) }
}

/** Where an anchor is now; null: what it was about is gone. @param {EditorState} state @param {Anchor} anchor */
export function rangeOf(state, { start, end }) {
  const { doc, type, binding } = ySyncPluginKey.getState(state)
  /** @param {any} at */
  const placed = at => relativePositionToAbsolutePosition(doc, type, createRelativePositionFromJSON(at), binding.mapping)
  const from = placed(start), to = placed(end)
  return from === null || to === null || from >= to ? null : { from, to: Math.min(to, state.doc.content.size) }
}

/** @param {EditorState} state @param {Thread[]} threads @param {number} current */
function decorations(state, threads, current) {
  if (!ySyncPluginKey.getState(state)?.binding) return DecorationSet.empty
  return DecorationSet.create(state.doc, threads.filter(({ resolved }) => !resolved).flatMap(({ id, anchor }) => {
    const range = rangeOf(state, anchor)
    return range ? [Decoration.inline(range.from, range.to, { class: id === current ? 'commented is-current' : 'commented', 'data-thread': String(id) })] : []
  }))
}

/** Shows threads in the text; a click on one is a `hubbub:thread` event. */
export const threadsExtension = Extension.create({
  name: 'threads',
  addProseMirrorPlugins: () => [new Plugin({
    key,
    state: {
      init: () => ({ threads: /** @type {Thread[]} */ ([]), current: 0, shown: DecorationSet.empty }),
      apply(tr, before, _, state) {
        const told = tr.getMeta(key), { threads, current } = { ...before, ...told }
        if (told || ySyncPluginKey.getState(state)?.isChangeOrigin) return { threads, current, shown: decorations(state, threads, current) }
        return tr.docChanged ? { ...before, shown: before.shown.map(tr.mapping, tr.doc) } : before
      },
    },
    props: {
      decorations: state => key.getState(state).shown,
      handleClick(_, __, event) {
        const id = Number(event.target instanceof Element && event.target.closest('[data-thread]')?.getAttribute('data-thread'))
        if (id) document.dispatchEvent(new CustomEvent('hubbub:thread', { detail: { id } }))
        return false
      },
    },
  })],
})

/** @param {Editor} editor @param {{ threads?: Thread[], current?: number }} told */
export const tellThreads = (editor, told) => editor.view.dispatch(editor.state.tr.setMeta(key, told).setMeta('addToHistory', false))
