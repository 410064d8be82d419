// @ts-check
// The third-party code that the pages of documents use. `make vendor` bundles it into
// web/static/vendor/document.js, which is committed.
export { Editor, Extension, InputRule, Mark, Node, mergeAttributes } from '@tiptap/core'
export { StarterKit } from '@tiptap/starter-kit'
export { Collaboration } from '@tiptap/extension-collaboration'
export { Highlight } from '@tiptap/extension-highlight'
export { ListItem, TaskItem, TaskList } from '@tiptap/extension-list'
export { Table, TableCell, TableHeader, TableRow } from '@tiptap/extension-table'
export { Placeholder } from '@tiptap/extensions'
export { Markdown } from '@tiptap/markdown'
export { Plugin, PluginKey, TextSelection } from '@tiptap/pm/state'
export { Decoration, DecorationSet } from '@tiptap/pm/view'
export {
  absolutePositionToRelativePosition,
  relativePositionToAbsolutePosition,
  yCursorPlugin,
  ySyncPluginKey,
  yUndoPluginKey,
  yXmlFragmentToProseMirrorRootNode,
} from '@tiptap/y-tiptap'
export { IndexeddbPersistence } from 'y-indexeddb'
export { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness'
export {
  Doc,
  applyUpdate,
  createRelativePositionFromJSON,
  encodeStateAsUpdate,
  encodeStateVector,
  mergeUpdates,
  relativePositionToJSON,
} from 'yjs'
