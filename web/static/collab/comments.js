// @ts-check
// The panel of comments. The server renders the threads, the editor finds their places in the text. A click on
// commented text opens its thread; the thread that has the focus is highlighted in the text.
import { $, $$, addShortcuts, apply, listen, need, parse, requestHTML, showProblem, toast } from '../core/index.js'
import { watchMentions } from '../core/mentions.js'
import { docId } from './page.js'
import { session } from './session.js'
import { closePanel, openPanel, showPanel } from './side.js'
import { onThreadClick } from './threads.js'

const NAME = 'comments'
const REFRESH_MS = 100
const connection = io.socket
const url = `/documents/${docId}/comments`

let refreshTimer = 0
/** The selected text, which the next comment is about. @type {ReturnType<typeof session.anchorOfSelection>} */
let selected = null

/** Marks the commented parts of the text. */
async function mark() {
  const answer = await connection.get(`/api/documents/${docId}/comments`)
  if (answer.error) return
  session.showThreads(answer.body.map(({ id, anchor, resolvedAt }) => ({ id, anchor, resolved: !!resolvedAt })))
}

/** @param {import('../socket/types').RequestOptions} [request] */
async function refresh(request = { url }) {
  const answer = await requestHTML(request)
  if (answer.error) return showProblem('Comment not saved', answer)
  if (openPanel() === NAME) show(answer.body)
  return true
}

/** Shows the threads, keeps the text in the reply boxes, and reports whether no error is shown. @param {string} html */
function show(html) {
  const written = new Map(boxes().map(({ id, value }) => [id, value]))
  const [panel] = parse(html)
  const isAccepted = panel.querySelector('[role=alert]') === null
  apply(html)
  for (const box of boxes()) box.value = written.get(box.id) ?? ''
  for (const box of boxes()) watchMentions(box)
  findPlaces()
  return isAccepted
}

const boxes = () => $$('#comments-panel textarea')

/** Shows which threads' text was deleted. */
async function findPlaces() {
  const { state } = await session.ready
  for (const item of $$('#comments-panel [data-thread-item]')) {
    const gone = $('[data-thread-gone]', item)
    const range = session.rangeOf(JSON.parse(item.dataset.anchor ?? ''))
    if (gone) gone.hidden = !!range && !!state.doc.textBetween(range.from, range.to).trim()
  }
}

async function open() {
  const body = showPanel(NAME, 'Comments')
  const template = need('template#new-comment')
  const panel = document.createElement('div')
  panel.id = 'comments-panel'
  body.append(template.content.cloneNode(true), panel)
  watchMentions(need('textarea#comment-text'))
  select()
  await refresh()
}

async function startComment() {
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

/** Takes the selection as what the comment is about, and keeps it while the comment is written. */
function select() {
  if (openPanel() !== NAME || document.activeElement?.closest('#doc-side') && selected) return
  selected = session.anchorOfSelection()
  const quote = $('[data-new-quote]')
  const hint = $('[data-new-hint]')
  if (!quote || !hint) return
  quote.textContent = selected?.quote ?? ''
  quote.hidden = !selected
  hint.hidden = !!selected
}

/** @param {HTMLFormElement} form */
async function comment(form) {
  const text = String(new FormData(form).get('text'))
  if (!selected) {
    const body = 'Every comment belongs to a part of the text.'
    return void toast({ title: 'Select some text first', body, icon: 'info' })
  }
  const answer = await connection.post(`/api${url}`, { ...selected, text })
  if (answer.error) return showProblem('Comment not saved', answer)
  form.reset()
  selected = null
  await Promise.all([refresh(), mark()])
  openThread(answer.body.id)
}

/** @param {HTMLFormElement} form */
async function submit(form) {
  const data = Object.fromEntries(new FormData(form))
  const isDone = await refresh({ method: 'POST', url: new URL(form.action).pathname, data })
  const box = boxes().find(({ id }) => id === $('textarea', form)?.id) // the panel was replaced
  if (isDone && box && !$('#comments-panel [role=alert]')) box.value = ''
  mark()
}

function scheduleRefresh() {
  refreshTimer ||= setTimeout(() => {
    refreshTimer = 0
    mark()
    if (openPanel() === NAME) refresh()
  }, REFRESH_MS)
}

listen('click', '[data-open-comments]', () => openPanel() === NAME ? closePanel() : open())
listen('submit', 'form[data-new-comment]', (form, event) => {
  event.preventDefault()
  comment(form)
})
listen('submit', '#doc-side form[data-comment-form]', (form, event) => {
  event.preventDefault()
  submit(form)
})
listen('keydown', '#doc-side textarea', (box, event) => {
  const { key, ctrlKey, metaKey, isComposing } = event
  if (key === 'Enter' && (ctrlKey || metaKey) && !isComposing) box.form?.requestSubmit()
})
listen('focusin', '[data-thread-item]', item => session.showThread(Number(item.dataset.threadItem)))
document.addEventListener('selectionchange', select)
onThreadClick(openThread)
addEventListener('keydown', event => {
  if (event.code !== 'KeyM' || !event.altKey || !(event.ctrlKey || event.metaKey)) return
  event.preventDefault()
  startComment()
})
addShortcuts('In a document', [['Ctrl Alt M', 'Comment on the selected text']])
/** @param {{ docId: number }} event */
const refreshIfOurs = event => { if (event.docId === docId) scheduleRefresh() }

connection.on('commentChanged', refreshIfOurs)
connection.on('commentRemoved', refreshIfOurs)
connection.on('reconnect', scheduleRefresh)
mark()

const requestedThread = Number(new URLSearchParams(location.search).get('thread'))
if (requestedThread) session.ready.then(() => openThread(requestedThread))
