// @ts-check
// The search page. The text that is typed becomes a standing query: the server answers with the results, and from then
// on sends what is added, updated and removed. Each query has a number, by which answers to older ones are ignored.
import { $, $$, closest, el, HTML, intercept, listen, need, parse, place, problem, requestHTML } from '../core/index.js'
import { rememberSearch } from '../palette/searches.js'
import { hidePreview, refreshPreview, watchPreview } from './preview.js'
import { add, append, catchUp, remove, replaceAll, replaceRest, restShown, shown, update } from './list.js'

const socket = io.socket
const EVERY = 'user,room,document,product,message'
const TYPING_MS = 300
const DEBOUNCE_MS = 400
const PAGE = 20
const MOST = 100 // results, the server's limit for one answer

const form = need('form[data-search-form]')
const input = need('input#q')
const kinds = need('input[name=kinds]', form)
const pane = need('.hits')
const status = need('[data-hit-count]')

let number = 0
let typing = 0
let countsTimer = 0
let announceTimer = 0
/** @type {import('../socket/types').Subscription | undefined} */
let subscription

const currentQuery = () => input.value.trim()

/** Subscribes to the query in the field. @param {(html: string, first: boolean) => void} [take] the first answer */
function search(take = show) {
  clearTimeout(typing)
  hidePreview()
  const mine = ++number
  const query = currentQuery()
  subscription?.stop()
  updateAddress(query)
  if (!query) return clear()
  pane.setAttribute('aria-busy', 'true')
  subscription = socket.subscribe('/api/search/subscribe', { query, kinds: kinds.value || EVERY, number: mine }, {
    headers: HTML,
    snapshot: (html, { first }) => applySnapshot(() => first ? take(html, first) : catchUp(items(html))),
    events: {
      searchResultAdded: (data, { html = '' }) => applyEvent(data, () => add(items(html)[0], data.position)),
      searchResultUpdated: (data, { html = '' }) => applyEvent(data, () => {
        update(items(html)[0], data.position)
        refreshPreview(`found-${data.kind}-${data.id}`, currentQuery)
      }),
      searchResultRemoved: data => applyEvent(data, () => {
        refreshPreview(`found-${data.kind}-${data.id}`, currentQuery)
        remove(`found-${data.kind}-${data.id}`)
      }),
    },
    error: showError,
  })
}

/** @param {string} html */
const show = html => replaceAll(items(html))

/** @param {string} html */
const items = html => parse(html)

/** @param {() => void} apply */
function applySnapshot(apply) {
  apply()
  pane.removeAttribute('aria-busy')
  refreshCounts()
}

/**
 * Applies an event, unless an older query caused it.
 * @param {{ number: number | null }} data @param {() => void} apply
 */
function applyEvent(data, apply) {
  if (data.number !== number) return
  apply()
  clearTimeout(countsTimer)
  countsTimer = setTimeout(refreshCounts, DEBOUNCE_MS)
}

function clear() {
  socket.get('/api/search/unsubscribe')
  pane.removeAttribute('aria-busy')
  replaceAll([])
  refreshCounts()
}

const requestCounts = () =>
  requestHTML({ url: '/search/counts', data: { q: currentQuery(), kinds: kinds.value, offset: shown() } })

/** Fetches the counts of each kind and in all, and again the further results, which the standing query excludes. */
async function refreshCounts() {
  const mine = number
  const answer = await requestCounts()
  if (mine !== number || answer.error) return
  for (const element of parse(answer.body)) {
    if (element.hasAttribute('data-summary')) announceCount(element.textContent ?? '')
    else place(element)
  }
  if (restShown()) fetchMore(Math.min(restShown(), MOST), shown() - restShown(), replaceRest)
}

/** Announces a count, when no other follows within DEBOUNCE_MS. @param {string} text */
function announceCount(text) {
  clearTimeout(announceTimer)
  announceTimer = setTimeout(() => { status.textContent = text }, DEBOUNCE_MS)
}

/** @param {number} limit @param {number} offset @param {(items: HTMLElement[]) => void} take */
async function fetchMore(limit, offset, take) {
  const mine = number
  const data = { query: currentQuery(), kinds: kinds.value, limit, offset }
  const answer = await requestHTML({ url: '/api/search', data })
  if (mine === number && !answer.error) take(items(answer.body))
}

async function showMore() {
  await fetchMore(PAGE, shown(), found => {
    append(found)
    $('.hit', found[0])?.focus({ preventScroll: true })
  })
  const mine = number
  const answer = await requestCounts()
  if (mine === number && !answer.error) parse(answer.body).filter(element => element.id === 'after-hits').forEach(place)
}

/** @param {import('../socket/types').Answer} answer */
function showError(answer) {
  pane.removeAttribute('aria-busy')
  replaceAll([])
  const retry = el('button', { class: 'btn', type: 'button', 'data-search-again': true }, 'Try again')
  $('#after-hits')?.replaceChildren(el('div', { class: 'empty', role: 'alert' },
    el('h2', {}, 'Search didn’t work'), el('p', {}, problem(answer)), retry))
}

/** Writes the query into the page's URL and its forms. @param {string} query */
function updateAddress(query) {
  const address = new URLSearchParams()
  if (query) address.set('q', query)
  if (kinds.value) address.set('kinds', kinds.value)
  history.replaceState(history.state, '', `/search${address.size ? '?' : ''}${address}`)
  for (const field of $$('.saved-searches input[name=q]')) field.value = query
  for (const field of $$('.saved-searches input[name=kinds]')) field.value = kinds.value
  $('[data-save-form] .btn')?.toggleAttribute('disabled', !query)
  $('[data-hits-live]')?.toggleAttribute('hidden', !query)
}

/** Arrow keys move from the field into the results and through them. @param {KeyboardEvent} event */
function onKeydown(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  const from = closest(event.target, '#q, a.hit')
  if (!from || event.altKey || event.metaKey || event.ctrlKey) return
  if (event.key === 'Escape' && from !== input) return input.focus()
  const stops = [input, ...$$('.hits a.hit')]
  const to = step && stops[stops.findIndex(stop => stop === from) + step]
  if (!to) return
  event.preventDefault()
  to.focus()
}

input.addEventListener('input', () => {
  clearTimeout(typing)
  typing = setTimeout(search, TYPING_MS)
})
form.addEventListener('submit', event => {
  event.preventDefault()
  rememberSearch(input.value)
  search()
})
form.addEventListener('reset', event => {
  event.preventDefault()
  input.value = ''
  input.focus()
  search()
})
addEventListener('keydown', onKeydown)
watchPreview(currentQuery)
listen('click', '.search-head [data-kinds], #after-hits [data-kinds]', (link, event) => {
  const { ctrlKey, metaKey, shiftKey } = event
  if (ctrlKey || metaKey || shiftKey) return
  event.preventDefault()
  kinds.value = link.dataset.kinds ?? ''
  search()
})
listen('click', '[data-more]', (_, event) => {
  event.preventDefault()
  showMore()
})
listen('click', '[data-search-again]', () => search())
listen('click', '.hits a.hit', () => rememberSearch(input.value))
// This module puts the results into the page; fragments.js must not.
for (const event of ['searchResultAdded', 'searchResultUpdated']) intercept(event, () => {})

if (currentQuery()) search(html => catchUp(items(html)))
