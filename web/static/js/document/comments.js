// @ts-check
// The panel of comments. The server draws the threads; where they stand in the text, the editor knows. A click on
// marked text opens its thread, and a thread that has the focus is marked in the text.
import { $, $$, addShortcuts, apply, listen, parse, socket, toast } from '../app.js'
import { watchMentions } from '../mentions.js'
import { docId } from './page.js'
import { session } from './session.js'
import { closePanel, openPanel, showPanel } from './side.js'

/** @typedef {{ id: number, anchor: import('./threads.js').Anchor, resolvedAt: string | null }} Thread */

const NAME = 'comments'
const NEWS_MS = 100
const io = /** @type {import('../types').Socket} */ (socket)
const url = `/documents/${docId}/comments`
const headers = { Accept: 'text/html' }

let news = 0
/** What the next comment is about. @type {ReturnType<typeof session.anchorOfSelection>} */
let selected = null

/** @param {Error} error */
const failed = error => void toast({ title: 'That did not work', body: error.message, icon: 'circle-alert', tone: 'bad' })

/** Marks in the text where there is something said about it. */
async function mark() {
  const answer = await io.get(`/api${url}`)
  if (answer.error) return
  session.showThreads(/** @type {Thread[]} */ (answer.body).map(({ id, anchor, resolvedAt }) => ({ id, anchor, resolved: !!resolvedAt })))
}

/** @param {import('../types').RequestOptions} [request] */
async function refresh(request = { url }) {
  const answer = await io.request({ ...request, headers })
  if (answer.error) return failed(answer.error)
  if (openPanel() === NAME) show(answer.body)
  return true
}

/** What is being written in an answer stays. @param {string} html */
function show(html) {
  const written = new Map(boxes().map(({ id, value }) => [id, value]))
  const [panel] = parse(html)
  const answered = panel.querySelector('[role=alert]') === null
  apply(html)
  for (const box of boxes()) box.value = written.get(box.id) ?? ''
  for (const box of boxes()) watchMentions(box)
  findPlaces()
  return answered
}

const boxes = () => /** @type {HTMLTextAreaElement[]} */ ($$('#comments-panel textarea'))

/** Says of which threads the text is gone. */
async function findPlaces() {
  const { state } = await session.ready
  for (const item of $$('#comments-panel [data-thread-item]')) {
    const gone = $('[data-thread-gone]', item), range = session.rangeOf(JSON.parse(item.dataset.anchor ?? ''))
    if (gone) gone.hidden = !!range && !!state.doc.textBetween(range.from, range.to).trim()
  }
}

async function open() {
  const body = showPanel(NAME, 'Comments')
  const template = /** @type {HTMLTemplateElement} */ ($('template#new-comment'))
  const panel = document.createElement('div')
  panel.id = 'comments-panel'
  body.append(template.content.cloneNode(true), panel)
  watchMentions(/** @type {HTMLTextAreaElement} */ ($('#comment-text')))
  select()
  await refresh()
}

async function begin() {
  if (openPanel() !== NAME) await open()
  $('#comment-text')?.focus()
}

/** @param {number} id */
async function openThread(id) {
  if (openPanel() !== NAME) await open()
  const item = $(`#thread-${id}`)
  item?.focus({ preventScroll: true })
  item?.scrollIntoView({ block: 'nearest' })
  session.showThread(id)
}

/** What is selected in the text stays chosen while the comment is written. */
function select() {
  if (openPanel() !== NAME || document.activeElement?.closest('#doc-side') && selected) return
  selected = session.anchorOfSelection()
  const quote = $('[data-new-quote]'), hint = $('[data-new-hint]')
  if (!quote || !hint) return
  quote.textContent = selected?.quote ?? ''
  quote.hidden = !selected
  hint.hidden = !!selected
}

/** @param {HTMLFormElement} form */
async function comment(form) {
  const text = String(new FormData(form).get('text'))
  if (!selected) return void toast({ title: 'Select some text first', body: 'A comment is about a part of the document.', icon: 'info' })
  const answer = await io.post(`/api${url}`, { ...selected, text })
  if (answer.error) return failed(answer.error)
  form.reset()
  selected = null
  await Promise.all([refresh(), mark()])
  openThread(answer.body.id)
}

/** @param {HTMLFormElement} form */
async function submit(form) {
  const taken = await refresh({ method: 'POST', url: new URL(form.action).pathname, data: Object.fromEntries(new FormData(form)) })
  const box = $('textarea', form), again = box && /** @type {HTMLTextAreaElement | null} */ (document.getElementById(box.id))
  if (taken && again && !$('#comments-panel [role=alert]')) again.value = ''
  mark()
}

function told() {
  news ||= setTimeout(() => {
    news = 0
    mark()
    if (openPanel() === NAME) refresh()
  }, NEWS_MS)
}

listen('click', '[data-open-comments]', () => openPanel() === NAME ? closePanel() : open())
listen('submit', '[data-new-comment]', (form, event) => {
  event.preventDefault()
  comment(/** @type {HTMLFormElement} */ (form))
})
listen('submit', '#doc-side [data-comment-form]', (form, event) => {
  event.preventDefault()
  submit(/** @type {HTMLFormElement} */ (form))
})
listen('keydown', '#doc-side textarea', (box, event) => {
  const { key, ctrlKey, metaKey, isComposing } = /** @type {KeyboardEvent} */ (event)
  if (key === 'Enter' && (ctrlKey || metaKey) && !isComposing) /** @type {HTMLTextAreaElement} */ (box).form?.requestSubmit()
})
listen('focusin', '[data-thread-item]', item => session.showThread(Number(item.dataset.threadItem)))
document.addEventListener('selectionchange', select)
document.addEventListener('hubbub:thread', event => openThread(/** @type {CustomEvent<{ id: number }>} */ (event).detail.id))
addEventListener('keydown', event => {
  if (event.code !== 'KeyM' || !event.altKey || !(event.ctrlKey || event.metaKey)) return
  event.preventDefault()
  begin()
})
addShortcuts('In a document', [['Ctrl Alt M', 'Comment on the selected text']])
for (const event of ['commentChanged', 'commentRemoved']) io.on(event, ({ docId: id }) => { if (id === docId) told() })
io.on('reconnect', told)
mark()

const asked = Number(new URLSearchParams(location.search).get('thread'))
if (asked) session.ready.then(() => openThread(asked))
