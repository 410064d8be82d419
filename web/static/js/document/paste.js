// @ts-check
// What comes from elsewhere: Markdown as text, and the HTML of office programs, whose lists are no lists and whose
// bold is a style. No style is ever applied here, so what one means is put into elements first.

/** @typedef {import('../../vendor/document.js').Editor} Editor */

const MARKDOWN = /^(#{1,6} |[-*+] |\d+[.)] |> |```|\|.+\|)|\*\*[^*\n]+\*\*|\[[^\]\n]+\]\([^)\s]+\)/m

/** Inserts text that was meant as Markdown; false: it was not. @param {Editor} editor @param {ClipboardEvent} event */
export function pasteMarkdown(editor, event) {
  const clipboard = event.clipboardData, text = clipboard?.getData('text/plain') ?? ''
  if (clipboard?.types.includes('text/html') || editor.isActive('codeBlock') || !MARKDOWN.test(text)) return false
  return editor.commands.insertContent(text, { contentType: 'markdown' })
}

/** The same HTML without styles, and with elements for those that the editor knows. @param {string} html */
export function withoutStyles(html) {
  const page = new DOMParser().parseFromString(renamed(html), 'text/html')
  makeLists(page)
  for (const element of page.querySelectorAll('[data-style]')) mark(element)
  return page.body.innerHTML
}

/** A style attribute would be reported as soon as it is parsed. @param {string} html */
const renamed = html => html.replace(/<style\b[\s\S]*?<\/style>/gi, '').replace(/<[a-z][^>]*>/gi, tag => tag.replace(/\sstyle\s*=/gi, ' data-style='))

/** @param {Element} element */
const styleOf = element => element.getAttribute('data-style') ?? ''

/** @type {[tag: string, style: RegExp][]} */
const MARKS = [['strong', /font-weight:\s*(bold|[6-9]00)/i], ['em', /font-style:\s*italic/i], ['s', /text-decoration[^;]*line-through/i]]

/** @param {Element} element */
function mark(element) {
  const style = styleOf(element)
  element.removeAttribute('data-style')
  if (/^(B|STRONG)$/.test(element.tagName) && /font-weight:\s*(normal|400)/i.test(style)) return element.replaceWith(...element.childNodes)
  if (element.tagName !== 'SPAN') return
  for (const [tag] of MARKS.filter(([, means]) => means.test(style))) {
    const wrapper = element.ownerDocument.createElement(tag)
    wrapper.append(...element.childNodes)
    element.append(wrapper)
  }
}

/** Makes lists of paragraphs that a word processor numbered by their style. @param {Document} page */
function makeLists(page) {
  /** @type {HTMLElement[]} */
  let open = []
  for (const line of page.querySelectorAll('p')) {
    const level = Number(/mso-list:[^;]*level(\d)/.exec(styleOf(line))?.[1] ?? 0)
    open = level ? listsFor(line, open, level) : []
    if (!level) continue
    const item = page.createElement('li')
    item.append(unnumbered(line))
    open[level - 1].append(item)
    line.remove()
  }
}

/** The lists around a line, one a level, the outermost first. @param {HTMLElement} line @param {HTMLElement[]} open @param {number} level */
function listsFor(line, open, level) {
  const lists = open.slice(0, level)
  while (lists.length < level) {
    const list = line.ownerDocument.createElement(/^\s*(\d+|[a-z])[.)]/i.test(line.textContent ?? '') ? 'ol' : 'ul')
    if (lists.length) (lists.at(-1)?.lastElementChild ?? lists.at(-1))?.append(list)
    else line.before(list)
    lists.push(list)
  }
  return lists
}

/** The line as a paragraph, without the bullet or number that the program wrote into it. @param {HTMLElement} line */
function unnumbered(line) {
  const text = line.ownerDocument.createElement('p')
  text.append(...line.childNodes)
  for (const part of text.querySelectorAll('[data-style]')) if (/mso-list:\s*Ignore/i.test(styleOf(part))) part.remove()
  return text
}
