// @ts-check
// Pasting from other programs: Markdown as text, and the HTML of word processors, in which lists are paragraphs and
// bold is a style. The editor applies no styles, so their meaning is put into elements first.

/** @typedef {import('../vendor/document.js').Editor} Editor */

const MARKDOWN = /^(#{1,6} |[-*+] |\d+[.)] |> |```|\|.+\|)|\*\*[^*\n]+\*\*|\[[^\]\n]+\]\([^)\s]+\)/m

/**
 * Inserts text that looks like Markdown, and reports whether it did.
 * @param {Editor} editor @param {ClipboardEvent} event
 */
export function pasteMarkdown(editor, event) {
  const clipboard = event.clipboardData
  const text = clipboard?.getData('text/plain') ?? ''
  if (clipboard?.types.includes('text/html') || editor.isActive('codeBlock') || !MARKDOWN.test(text)) return false
  return editor.commands.insertContent(text, { contentType: 'markdown' })
}

/** The HTML without styles, and with elements in place of those that the editor knows. @param {string} html */
export function withoutStyles(html) {
  const page = new DOMParser().parseFromString(renameStyles(html), 'text/html')
  makeLists(page)
  for (const element of page.querySelectorAll('[data-style]')) mark(element)
  return page.body.innerHTML
}

/**
 * Renames style attributes before the HTML is parsed: the content security policy would report each of them.
 * @param {string} html
 */
const renameStyles = html => html
  .replace(/<style\b[\s\S]*?<\/style>/gi, '')
  .replace(/<[a-z][^>]*>/gi, tag => tag.replace(/\sstyle\s*=/gi, ' data-style='))

/** @param {Element} element */
const styleOf = element => element.getAttribute('data-style') ?? ''

/** @type {[tag: string, style: RegExp][]} */
const MARKS = [
  ['strong', /font-weight:\s*(bold|[6-9]00)/i],
  ['em', /font-style:\s*italic/i],
  ['s', /text-decoration[^;]*line-through/i],
]

/** @param {Element} element */
function mark(element) {
  const style = styleOf(element)
  element.removeAttribute('data-style')
  const isBold = /^(B|STRONG)$/.test(element.tagName)
  if (isBold && /font-weight:\s*(normal|400)/i.test(style)) return element.replaceWith(...element.childNodes)
  if (element.tagName !== 'SPAN') return
  for (const [tag] of MARKS.filter(([, pattern]) => pattern.test(style))) {
    const wrapper = element.ownerDocument.createElement(tag)
    wrapper.append(...element.childNodes)
    element.append(wrapper)
  }
}

/** Makes lists of the paragraphs that a word processor styled as list items. @param {Document} page */
function makeLists(page) {
  /** @type {HTMLElement[]} */
  let open = []
  for (const line of page.querySelectorAll('p')) {
    const level = Number(/mso-list:[^;]*level(\d)/.exec(styleOf(line))?.[1] ?? 0)
    open = level ? listsFor(line, open, level) : []
    if (!level) continue
    const item = page.createElement('li')
    item.append(withoutNumber(line))
    open[level - 1].append(item)
    line.remove()
  }
}

/**
 * The lists around a line, one for each level, the outermost first. Missing ones are added to the page.
 * @param {HTMLElement} line @param {HTMLElement[]} open @param {number} level
 */
function listsFor(line, open, level) {
  const lists = open.slice(0, level)
  while (lists.length < level) {
    const isNumbered = /^\s*(\d+|[a-z])[.)]/i.test(line.textContent ?? '')
    const list = line.ownerDocument.createElement(isNumbered ? 'ol' : 'ul')
    if (lists.length) (lists.at(-1)?.lastElementChild ?? lists.at(-1))?.append(list)
    else line.before(list)
    lists.push(list)
  }
  return lists
}

/** The line as a paragraph, without the bullet or number that the program wrote into it. @param {HTMLElement} line */
function withoutNumber(line) {
  const text = line.ownerDocument.createElement('p')
  text.append(...line.childNodes)
  for (const part of text.querySelectorAll('[data-style]')) {
    if (/mso-list:\s*Ignore/i.test(styleOf(part))) part.remove()
  }
  return text
}
