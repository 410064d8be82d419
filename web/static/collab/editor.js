// @ts-check
// The editor: TipTap on the shared document. It is made when the document is loaded, never before: an editor that
// starts empty would write an empty paragraph into the document.
import { Collaboration, Editor, Extension, InputRule, Markdown, Placeholder, Plugin } from '../vendor/document.js'
import { closest } from '../core/index.js'
import { bound, pasteTooLarge } from './bound.js'
import { paper } from './page.js'
import { pasteMarkdown, withoutStyles } from './paste.js'
import { schema } from './schema.js'

/** The name of the text in the Y.Doc; the server's is yjs.Page. */
export const FIELD = 'prosemirror'

/** Tab indents in lists, tables and code; after Escape it moves the focus out of the text. */
function leaveByTab() {
  let leaves = false
  /** @param {unknown} _ @param {KeyboardEvent} event */
  return (_, event) => {
    const now = leaves && event.key === 'Tab'
    leaves = event.key === 'Escape' || (leaves && ['Tab', 'Shift'].includes(event.key))
    return now
  }
}

/** @typedef {import('../vendor/document.js').ChainedCommands} Commands */

/**
 * Makes a checklist of "- [ ] ", instead of a bullet list with "[ ] " in it.
 * @param {Editor} editor
 * @param {{ range: { from: number, to: number }, match: RegExpMatchArray, chain: () => Commands }} rule
 */
function checkbox(editor, { range, match, chain }) {
  if (!editor.isActive('listItem')) return null
  const attributes = { checked: match[1] === 'x' }
  chain().deleteRange(range).clearNodes().toggleTaskList().updateAttributes('taskItem', attributes).run()
}

/** @param {() => void} link */
const shortcuts = link => Extension.create({
  name: 'shortcuts',
  priority: 1_000, // before the shortcuts of lists
  addKeyboardShortcuts() {
    return {
      'Mod-Shift-k': () => { link(); return true },
      'Mod-Shift-9': () => this.editor.commands.toggleTaskList(),
    }
  },
  addInputRules() {
    return [new InputRule({ find: /^\[([ x]?)\]\s$/, handler: props => checkbox(this.editor, props) })]
  },
})

/** Describes the text for screen readers. @param {string} label */
const labelled = label => Extension.create({
  name: 'described',
  addProseMirrorPlugins() {
    return [new Plugin({ props: { attributes: () => ({
      'aria-label': label,
      'aria-multiline': 'true',
      'aria-describedby': 'paper-hint',
      'aria-readonly': String(!this.editor.isEditable),
      tabindex: '0',
    }) } })]
  },
})

/**
 * @param {object} on
 * @param {import('../vendor/document.js').Doc} on.doc
 * @param {import('../vendor/document.js').Extension[]} on.extensions carets and comments
 * @param {boolean} on.canWrite
 * @param {string} on.label
 * @param {() => void} on.link opens the dialog for a link
 */
export function makeEditor({ doc, extensions, canWrite, label, link }) {
  paper.replaceChildren()
  /** @type {Editor} */
  const editor = new Editor({
    element: paper,
    editable: canWrite,
    injectCSS: false,
    extensions: [
      ...schema,
      Collaboration.configure({ document: doc, field: FIELD }),
      Placeholder.configure({ placeholder: 'Write something…' }),
      Markdown,
      bound,
      shortcuts(link),
      labelled(label),
      ...extensions,
    ],
    editorProps: {
      handleDOMEvents: { keydown: leaveByTab() },
      handlePaste: (_, event) => pasteTooLarge(event) || pasteMarkdown(editor, event),
      handleClick: (_, __, event) => followLink(editor, event),
      transformPastedHTML: withoutStyles,
    },
  })
  return editor
}

/**
 * Opens a clicked link; where the text can be edited, only with Ctrl or ⌘.
 * @param {Editor} editor @param {MouseEvent} event
 */
function followLink(editor, event) {
  const link = closest(event.target, 'a')
  if (!link || (editor.isEditable && !event.ctrlKey && !event.metaKey)) return false
  open(link.href, '_blank', 'noopener')
  return true
}
