// @ts-check
// The editor: TipTap on the shared document. It is made when the document is there, never before: an editor that
// starts empty would write that down.
import { Collaboration, Editor, Extension, InputRule, Markdown, Placeholder, Plugin } from '../../vendor/document.js'
import { bound, pasteTooLarge } from './bound.js'
import { paper } from './page.js'
import { pasteMarkdown, withoutStyles } from './paste.js'
import { schema } from './schema.js'

/** The text in the Y.Doc, as the server knows it (yjs.Page). */
export const FIELD = 'prosemirror'

/** Tab belongs to lists, tables and code; after Escape it leaves, as it does elsewhere. */
function leavingByTab() {
  let leaves = false
  /** @param {unknown} _ @param {KeyboardEvent} event */
  return (_, event) => {
    const now = leaves && event.key === 'Tab'
    leaves = event.key === 'Escape' || (leaves && ['Tab', 'Shift'].includes(event.key))
    return now
  }
}

/**
 * "- [ ] " is a checklist, not a bullet with one in it. @param {Editor} editor
 * @param {{ range: { from: number, to: number }, match: RegExpMatchArray, chain: () => import('../../vendor/document.js').ChainedCommands }} rule
 */
function checkbox(editor, { range, match, chain }) {
  if (!editor.isActive('listItem')) return null
  chain().deleteRange(range).clearNodes().toggleTaskList().updateAttributes('taskItem', { checked: match[1] === 'x' }).run()
}

/** @param {() => void} link */
const shortcuts = link => Extension.create({
  name: 'shortcuts',
  priority: 1_000, // before the rules of lists
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

/** What a screen reader says of the text. @param {string} label */
const described = label => Extension.create({
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
 * @param {import('../../vendor/document.js').Doc} on.doc
 * @param {import('../../vendor/document.js').Extension[]} on.extensions carets and comments
 * @param {boolean} on.writes
 * @param {string} on.label
 * @param {() => void} on.link asks where a link shall lead
 */
export function makeEditor({ doc, extensions, writes, label, link }) {
  paper.replaceChildren()
  /** @type {Editor} */
  const editor = new Editor({
    element: paper,
    editable: writes,
    injectCSS: false,
    extensions: [
      ...schema,
      Collaboration.configure({ document: doc, field: FIELD }),
      Placeholder.configure({ placeholder: 'Write something…' }),
      Markdown,
      bound,
      shortcuts(link),
      described(label),
      ...extensions,
    ],
    editorProps: {
      handleDOMEvents: { keydown: leavingByTab() },
      handlePaste: (_, event) => pasteTooLarge(event) || pasteMarkdown(editor, event),
      handleClick: (_, __, event) => followed(editor, event),
      transformPastedHTML: withoutStyles,
    },
  })
  return editor
}

/** A link is followed by whoever reads, and with the key for new tabs by whoever writes. @param {Editor} editor @param {MouseEvent} event */
function followed(editor, event) {
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (!link || (editor.isEditable && !event.ctrlKey && !event.metaKey)) return false
  open(link.href, '_blank', 'noopener')
  return true
}
