// @ts-check
// The format bar: what each button does by its data-do, and how it shows what the selection is. One tab stop;
// arrows move within it, Escape leads back to the text.
import { $, $$ } from '../app.js'

/** @typedef {import('../../vendor/document.js').Editor} Editor */
/** @typedef {{ run: (editor: Editor) => unknown, on?: [name: string, attributes?: object], can?: (editor: Editor) => boolean }} Tool */

const bar = /** @type {HTMLElement} */ ($('[data-format-bar]'))
const tableTools = /** @type {HTMLElement} */ ($('[data-table-tools]'))

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
  table: { run: editor => chain(editor).insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run(), can: editor => !editor.isActive('table') },
  addRow: { run: editor => chain(editor).addRowAfter().run() },
  addColumn: { run: editor => chain(editor).addColumnAfter().run() },
  deleteRow: { run: editor => chain(editor).deleteRow().run() },
  deleteColumn: { run: editor => chain(editor).deleteColumn().run() },
  deleteTable: { run: editor => chain(editor).deleteTable().run() },
})

const buttons = () => /** @type {HTMLButtonElement[]} */ ($$('button', bar))

/** Those that a key can reach. */
const reachable = () => buttons().filter(button => button.checkVisibility())

/** @param {HTMLElement | undefined} to */
function rove(to) {
  if (!to) return
  for (const button of buttons()) button.tabIndex = button === to ? 0 : -1
}

/** @param {Editor} editor @param {KeyboardEvent} event */
function keyed(editor, event) {
  if (event.key === 'Escape') return editor.commands.focus()
  const all = reachable(), at = all.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement)), n = all.length
  const to = { ArrowRight: all[(at + 1) % n], ArrowLeft: all[(at - 1 + n) % n], Home: all[0], End: all[n - 1] }[event.key]
  if (!to) return
  event.preventDefault()
  rove(to)
  to.focus()
}

/** @param {Editor} editor @param {() => void} link asks where a link shall lead */
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

  bar.addEventListener('mousedown', event => event.preventDefault()) // the text keeps the selection
  bar.addEventListener('click', event => {
    const button = event.target instanceof Element ? event.target.closest('button') : null
    if (!button || button.getAttribute('aria-disabled') === 'true') return
    rove(button)
    tools[button.dataset.do ?? ''].run(editor)
  })
  bar.addEventListener('keydown', event => keyed(editor, event))
  editor.view.dom.addEventListener('keydown', event => {
    if (event.altKey && event.key === 'F10') reachable().find(button => button.tabIndex === 0)?.focus()
  })
  const soon = () => { frame ||= requestAnimationFrame(show) }
  editor.on('transaction', soon)
  editor.on('update', soon) // also when it becomes read-only
  show()
}
