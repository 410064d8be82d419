// @ts-check
// The format bar: the action of each button, by its data-do, and its state for the selection. The bar is one tab stop;
// arrow keys move within it, Escape returns to the text.
import { $$, closest, need } from '../core/index.js'

/** @typedef {import('../vendor/document.js').Editor} Editor */
/**
 * on: the node or mark that presses the button; can: whether the button is enabled.
 * @typedef {{
 *   run: (editor: Editor) => unknown,
 *   on?: [name: string, attributes?: object],
 *   can?: (editor: Editor) => boolean,
 * }} Tool
 */

const bar = need('[data-format-bar]')
const tableTools = need('[data-table-tools]')

/** @param {Editor} editor */
const chain = editor => editor.chain().focus()

/** @param {1 | 2 | 3} level @returns {Tool} */
const heading = level => ({ run: editor => chain(editor).toggleHeading({ level }).run(), on: ['heading', { level }] })

/** @param {() => void} link @returns {Record<string, Tool>} */
const toolsWith = link => ({
  undo: { run: editor => chain(editor).undo().run(), can: editor => editor.can().undo() },
  redo: { run: editor => chain(editor).redo().run(), can: editor => editor.can().redo() },
  heading1: heading(1),
  heading2: heading(2),
  heading3: heading(3),
  bold: { run: editor => chain(editor).toggleBold().run(), on: ['bold'] },
  italic: { run: editor => chain(editor).toggleItalic().run(), on: ['italic'] },
  strike: { run: editor => chain(editor).toggleStrike().run(), on: ['strike'] },
  highlight: { run: editor => chain(editor).toggleHighlight().run(), on: ['highlight'] },
  code: { run: editor => chain(editor).toggleCode().run(), on: ['code'] },
  link: { run: link, on: ['link'] },
  bulletList: { run: editor => chain(editor).toggleBulletList().run(), on: ['bulletList'] },
  orderedList: { run: editor => chain(editor).toggleOrderedList().run(), on: ['orderedList'] },
  taskList: { run: editor => chain(editor).toggleTaskList().run(), on: ['taskList'] },
  blockquote: { run: editor => chain(editor).toggleBlockquote().run(), on: ['blockquote'] },
  codeBlock: { run: editor => chain(editor).toggleCodeBlock().run(), on: ['codeBlock'] },
  table: {
    run: editor => chain(editor).insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run(),
    can: editor => !editor.isActive('table'),
  },
  addRow: { run: editor => chain(editor).addRowAfter().run() },
  addColumn: { run: editor => chain(editor).addColumnAfter().run() },
  deleteRow: { run: editor => chain(editor).deleteRow().run() },
  deleteColumn: { run: editor => chain(editor).deleteColumn().run() },
  deleteTable: { run: editor => chain(editor).deleteTable().run() },
})

const buttons = () => $$('button', bar)

/** The visible buttons. */
const reachable = () => buttons().filter(button => button.checkVisibility())

/** Makes a button the bar's tab stop (roving tabindex). @param {HTMLElement | undefined} to */
function rove(to) {
  if (!to) return
  for (const button of buttons()) button.tabIndex = button === to ? 0 : -1
}

/** @param {Editor} editor @param {KeyboardEvent} event */
function onKeydown(editor, event) {
  if (event.key === 'Escape') return editor.commands.focus()
  const all = reachable()
  const at = all.findIndex(button => button === document.activeElement)
  const n = all.length
  const right = all[(at + 1) % n]
  const left = all[(at - 1 + n) % n]
  const to = { ArrowRight: right, ArrowLeft: left, Home: all[0], End: all[n - 1] }[event.key]
  if (!to) return
  event.preventDefault()
  rove(to)
  to.focus()
}

/** @param {Editor} editor @param {() => void} link opens the dialog for a link */
export function watchToolbar(editor, link) {
  const tools = toolsWith(link)
  let frame = 0

  const show = () => {
    frame = 0
    bar.hidden = !editor.isEditable
    tableTools.hidden = !editor.isActive('table')
    for (const button of buttons()) {
      const tool = tools[button.dataset.do ?? '']
      button.disabled = false
      if (tool.can) button.setAttribute('aria-disabled', String(!tool.can(editor)))
      if (tool.on) button.setAttribute('aria-pressed', String(editor.isActive(...tool.on)))
    }
    if (!reachable().some(button => button.tabIndex === 0)) rove(reachable()[0])
  }

  bar.addEventListener('mousedown', event => event.preventDefault()) // keeps the selection in the text
  bar.addEventListener('click', event => {
    const button = closest(event.target, 'button')
    if (!button || button.getAttribute('aria-disabled') === 'true') return
    rove(button)
    tools[button.dataset.do ?? ''].run(editor)
  })
  bar.addEventListener('keydown', event => onKeydown(editor, event))
  editor.view.dom.addEventListener('keydown', event => {
    if (event.altKey && event.key === 'F10') reachable().find(button => button.tabIndex === 0)?.focus()
  })
  const soon = () => { frame ||= requestAnimationFrame(show) }
  editor.on('transaction', soon)
  editor.on('update', soon) // also when it becomes read-only
  show()
}
