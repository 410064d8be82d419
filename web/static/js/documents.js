// @ts-check
// The list of documents. Any news of one of them, or of a new one, has the list asked for again: who may see what,
// and where it stands, the server knows. What did not change stays as it is in the page, with the focus.
import { $, $$, listen, parse, place, toast } from './app.js'

const socket = io.socket
const TYPING_MS = 250
const NEWS_MS = 150

const list = /** @type {HTMLElement} */ ($('#documents'))
const form = /** @type {HTMLFormElement} */ ($('[data-document-search]'))
const input = /** @type {HTMLInputElement} */ ($('#query'))

let typing = 0
let news = 0
let asked = 0
/** @type {import('./types').Subscription | undefined} */
let subscription

const headers = { Accept: 'text/html' }
const query = () => input.value.trim()
const asking = () => ({ query: query(), before: list.dataset.before })

function follow() {
  clearTimeout(typing)
  subscription?.stop()
  list.ariaBusy = 'true'
  const mine = ++asked
  subscription = socket.subscribe('/api/documents', asking(), {
    headers,
    snapshot: html => { if (mine === asked) show(html) },
    events: { document: told },
    error: failed,
  })
}

/** Several people writing are one look a moment later. */
function told() {
  news ||= setTimeout(look, NEWS_MS)
}

async function look() {
  news = 0
  const mine = asked
  const answer = await socket.request({ url: '/api/documents', data: asking(), headers })
  if (!answer.error && mine === asked) show(answer.body)
}

/** @param {string} html */
function show(html) {
  const [end, ...rows] = parse(html).reverse()
  const focused = document.activeElement?.id
  const wanted = rows.reverse().map(renewed)
  const known = new Set(wanted)
  for (const row of $$(':scope > li', list)) if (!known.has(row)) row.remove()
  wanted.forEach((row, at) => { if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null) })
  place(end)
  list.removeAttribute('aria-busy')
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true })
}

/** The row that stands in the page for it. @param {HTMLElement} row */
function renewed(row) {
  const old = document.getElementById(row.id)
  if (!old || old.isEqualNode(row)) return old ?? row
  place(row)
  return row
}

function failed() {
  list.removeAttribute('aria-busy')
  toast({ title: 'The documents could not be read', body: 'Reload the page to try again.', icon: 'circle-alert', tone: 'bad' })
}

/** A search shows the latest that match: no older page of another list. */
function search() {
  list.dataset.before = '0'
  history.replaceState(null, '', query() ? `/documents?query=${encodeURIComponent(query())}` : '/documents')
  follow()
}

input.addEventListener('input', () => {
  clearTimeout(typing)
  typing = setTimeout(search, TYPING_MS)
})
form.addEventListener('submit', event => {
  event.preventDefault()
  search()
})
// Choosing a file is all that one wants to do there.
listen('change', '#file', field => /** @type {HTMLInputElement} */ (field).form?.requestSubmit())
follow()
