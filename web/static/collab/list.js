// @ts-check
// The list of documents. Any event of a document, old or new, makes the page fetch the list again: the server decides
// who may see which document, and in which order. Rows that did not change stay in the page, with the focus.
import { $$, HTML, listen, need, parse, place, requestHTML, toast } from '../core/index.js'

const socket = io.socket
const TYPING_MS = 250
const REFRESH_MS = 150

const list = need('#documents')
const form = need('form[data-document-search]')
const input = need('input#query')

let typing = 0
let refreshTimer = 0
let lastRequest = 0
/** @type {import('../socket/types').Subscription | undefined} */
let subscription

const query = () => input.value.trim()
const parameters = () => ({ query: query(), before: list.dataset.before })

function subscribe() {
  clearTimeout(typing)
  subscription?.stop()
  list.ariaBusy = 'true'
  const mine = ++lastRequest
  subscription = socket.subscribe('/api/documents', parameters(), {
    headers: HTML,
    snapshot: html => { if (mine === lastRequest) show(html) },
    events: { document: scheduleRefresh },
    error: showError,
  })
}

/** Fetches the list soon; several events are answered by one request. */
function scheduleRefresh() {
  refreshTimer ||= setTimeout(refresh, REFRESH_MS)
}

async function refresh() {
  refreshTimer = 0
  const mine = lastRequest
  const answer = await requestHTML({ url: '/api/documents', data: parameters() })
  if (!answer.error && mine === lastRequest) show(answer.body)
}

/** @param {string} html */
function show(html) {
  const [end, ...rows] = parse(html).reverse()
  const focused = document.activeElement?.id
  const wanted = rows.reverse().map(rowFor)
  const kept = new Set(wanted)
  for (const row of $$(':scope > li', list)) if (!kept.has(row)) row.remove()
  wanted.forEach((row, at) => { if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null) })
  place(end)
  list.removeAttribute('aria-busy')
  if (!focused || document.activeElement?.id === focused) return
  document.getElementById(focused)?.focus({ preventScroll: true })
}

/** The page's row if it is the same, or else the new row, put in its place. @param {HTMLElement} row */
function rowFor(row) {
  const old = document.getElementById(row.id)
  if (!old || old.isEqualNode(row)) return old ?? row
  place(row)
  return row
}

function showError() {
  list.removeAttribute('aria-busy')
  const body = 'Reload the page to try again.'
  toast({ title: 'Couldn’t load your documents', body, icon: 'circle-alert', tone: 'bad' })
}

/** Searches from the newest document: an older page belongs to another query. */
function search() {
  list.dataset.before = '0'
  history.replaceState(null, '', query() ? `/documents?query=${encodeURIComponent(query())}` : '/documents')
  subscribe()
}

input.addEventListener('input', () => {
  clearTimeout(typing)
  typing = setTimeout(search, TYPING_MS)
})
form.addEventListener('submit', event => {
  event.preventDefault()
  search()
})
// The form for an import has only a file field: choosing a file submits it.
listen('change', 'input#file', field => field.form?.requestSubmit())
subscribe()
