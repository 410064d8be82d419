// @ts-check
// The places of comments in the text. An anchor is two relative positions of Yjs: they move with the text, and are lost
// when it is deleted.
import {
  Decoration, DecorationSet, Extension, Plugin, PluginKey, absolutePositionToRelativePosition,
  createRelativePositionFromJSON, relativePositionToAbsolutePosition, relativePositionToJSON, ySyncPluginKey,
} from '../vendor/document.js'
import { closest } from '../core/index.js'

/** @typedef {import('../vendor/document.js').Editor} Editor */
/** @typedef {import('../vendor/document.js').EditorState} EditorState */
/** @typedef {import('../protocol').collab.Anchor} Anchor */
/** @typedef {{ id: number, anchor: Anchor, resolved?: boolean }} Thread */
/** @typedef {{ threads: Thread[], current: number, shown: DecorationSet }} State */

const MOST = 500 // characters of a quote, the server's limit
const key = new PluginKey('threads')

/** The anchor and the text of the selection; null if it is empty. @param {Editor} editor */
export function anchorOfSelection(editor) {
  const { doc, selection: { from, to, empty } } = editor.state
  const { type, binding } = ySyncPluginKey.getState(editor.state)
  if (empty) return null
  /** @param {number} at */
  const relative = at => relativePositionToJSON(absolutePositionToRelativePosition(at, type, binding.mapping))
  const quote = doc.textBetween(from, to, ' ', ' ').slice(0, MOST)
  return { anchor: { start: relative(from), end: relative(to) }, quote }
}

/** The present range of an anchor; null if its text was deleted. @param {EditorState} state @param {Anchor} anchor */
export function rangeOf(state, { start, end }) {
  const { doc, type, binding } = ySyncPluginKey.getState(state)
  /** @param {any} json */
  const absolute = json =>
    relativePositionToAbsolutePosition(doc, type, createRelativePositionFromJSON(json), binding.mapping)
  const from = absolute(start)
  const to = absolute(end)
  return from === null || to === null || from >= to ? null : { from, to: Math.min(to, state.doc.content.size) }
}

/** @param {EditorState} state @param {Thread[]} threads @param {number} current */
function decorations(state, threads, current) {
  if (!ySyncPluginKey.getState(state)?.binding) return DecorationSet.empty
  return DecorationSet.create(state.doc, threads.filter(({ resolved }) => !resolved).flatMap(({ id, anchor }) => {
    const range = rangeOf(state, anchor)
    const attributes = { class: id === current ? 'commented is-current' : 'commented', 'data-thread': String(id) }
    return range ? [Decoration.inline(range.from, range.to, attributes)] : []
  }))
}

/** @type {(id: number) => void} */
let openThread = () => {}

/** Calls fn with the id of a thread when its text is clicked. @param {(id: number) => void} fn */
export const onThreadClick = fn => { openThread = fn }

/** Marks threads in the text. */
export const threadsExtension = Extension.create({
  name: 'threads',
  addProseMirrorPlugins: () => [new Plugin({
    key,
    state: {
      /** @returns {State} */
      init: () => ({ threads: [], current: 0, shown: DecorationSet.empty }),
      apply(tr, before, _, state) {
        const change = tr.getMeta(key)
        const { threads, current } = { ...before, ...change }
        if (change || ySyncPluginKey.getState(state)?.isChangeOrigin) {
          return { threads, current, shown: decorations(state, threads, current) }
        }
        return tr.docChanged ? { ...before, shown: before.shown.map(tr.mapping, tr.doc) } : before
      },
    },
    props: {
      decorations: state => key.getState(state).shown,
      handleClick(_, __, event) {
        const id = Number(closest(event.target, '[data-thread]')?.dataset.thread)
        if (id) openThread(id)
        return false
      },
    },
  })],
})

/** @param {Editor} editor @param {{ threads?: Thread[], current?: number }} change */
export const updateThreads = (editor, change) =>
  editor.view.dispatch(editor.state.tr.setMeta(key, change).setMeta('addToHistory', false))
