// @ts-check
// The panel of headings, to jump to, and the count of words.
import { $, el, listen } from '../core/index.js'
import { closePanel, openPanel, showPanel } from './side.js'

/** @typedef {import('../vendor/document.js').Editor} Editor */

const THROTTLE_MS = 300
const words = $('[data-doc-words]')

/** @param {Editor} editor */
function headings(editor) {
  /** @type {{ level: number, text: string, at: number }[]} */
  const found = []
  editor.state.doc.descendants((node, at) => {
    const { type, attrs: { level }, textContent: text } = node
    if (type.name === 'heading' && text) found.push({ level, text, at })
    return !node.isTextblock
  })
  return found
}

/** @param {Editor} editor @param {number} at */
function jump(editor, at) {
  const heading = editor.view.nodeDOM(at)
  if (heading instanceof HTMLElement) heading.scrollIntoView({ block: 'start' })
  editor.commands.focus(at + 1, { scrollIntoView: false })
}

/** @param {Editor} editor */
function list(editor) {
  const all = headings(editor)
  if (!all.length) return el('p', { class: 'muted' }, 'No headings yet. To add one, start a line with # and a space.')
  return el('ul', { class: 'outline' }, ...all.map(({ level, text, at }) => {
    const attributes = { type: 'button', class: 'nav-item', 'data-level': level }
    const button = el('button', attributes, el('span', { class: 'truncate' }, text))
    button.addEventListener('click', () => jump(editor, at))
    return el('li', {}, button)
  }))
}

/** @param {Editor} editor */
function count(editor) {
  const { doc } = editor.state
  const text = doc.textBetween(0, doc.content.size, ' ', ' ')
  const n = text.match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu)?.length ?? 0
  if (words) words.textContent = ` · ${n} ${n === 1 ? 'word' : 'words'}`
}

/** @param {Editor} editor */
export function watchOutline(editor) {
  /** @type {HTMLElement | undefined} */
  let body
  let timer = 0
  const show = () => {
    timer = 0
    count(editor)
    if (openPanel() === 'outline') body?.replaceChildren(list(editor))
  }
  listen('click', '[data-open-outline]', () => {
    if (openPanel() === 'outline') return closePanel()
    body = showPanel('outline', 'Outline')
    show()
  })
  editor.on('update', () => { timer ||= Number(setTimeout(show, THROTTLE_MS)) })
  show()
}
