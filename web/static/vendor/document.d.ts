export * from '../../vendor/document.js'
export type { ChainedCommands } from '@tiptap/core'
export type { EditorState } from '@tiptap/pm/state'
