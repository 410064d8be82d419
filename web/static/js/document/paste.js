// @ts-check
// What comes from elsewhere: Markdown as text, and the lists of office programs, which are no lists in their HTML.

const MARKDOWN = /^(#{1,6} |[-*+] |\d+[.)] |> |```|\|.+\|)|\*\*[^*\n]+\*\*|\[[^\]\n]+\]\([^)\s]+\)/m

/** Inserts text that was meant as Markdown; false: it was not. @param {import('../../vendor/document.js').Editor} editor @param {ClipboardEvent} event */
export function pasteMarkdown(editor, event) {
  const clipboard = event.clipboardData, text = clipboard?.getData('text/plain') ?? ''
  if (clipboard?.types.includes('text/html') || editor.isActive('codeBlock') || !MARKDOWN.test(text)) return false
  return editor.commands.insertContent(text, { contentType: 'markdown' })
}

/** Makes lists of paragraphs that a word processor numbered by their style. @param {string} html */
export function withLists(html) {
  if (!html.includes('mso-list')) return html
  const page = new DOMParser().parseFromString(html, 'text/html')
  /** @type {HTMLElement[]} */
  let open = []
  for (const line of page.querySelectorAll('p')) {
    const level = Number(/mso-list:[^;]*level(\d)/.exec(line.getAttribute('style') ?? '')?.[1] ?? 0)
    if (!level) { open = []; continue }
    open = listsFor(line, open, level)
    const item = page.createElement('li')
    item.append(unmarked(line))
    open[level - 1].append(item)
    line.remove()
  }
  return page.body.innerHTML
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
function unmarked(line) {
  const text = line.ownerDocument.createElement('p')
  text.append(...line.childNodes)
  for (const mark of text.querySelectorAll('[style*="mso-list:Ignore"], [style*="mso-list: Ignore"]')) mark.remove()
  return text
}
