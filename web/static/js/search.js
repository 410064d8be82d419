// @ts-check
// The page of a search. What is typed becomes a standing query: the server answers what it finds, and tells from then
// on what is added, what has changed and what goes. Each query has a number, so that a stale answer never wins.
import { $, $$, el, intercept, listen, parse, place } from './app.js'
import { rememberSearch } from './palette/searches.js'
import { hidePreview, previewAnew, watchPreview } from './search/preview.js'
import { add, append, catchUp, remove, replaceAll, replaceRest, restShown, shown, update } from './search/list.js'

/** @typedef {{ kind: string, id: number, position: number, number: number }} Told */

const socket = io.socket
const HTML = { Accept: 'text/html' }
const EVERY = 'user,room,document,product,message'
const TYPING_MS = 300
const QUIET_MS = 400
const PAGE = 20
const MOST = 100 // results in one answer

const form = /** @type {HTMLFormElement} */ ($('[data-search-form]'))
const input = /** @type {HTMLInputElement} */ ($('#q'))
const kinds = /** @type {HTMLInputElement} */ ($('[name=kinds]', form))
const pane = /** @type {HTMLElement} */ ($('.hits'))
const status = /** @type {HTMLElement} */ ($('[data-hit-count]'))

let number = 0
let typing = 0
let quiet = 0
let saying = 0
/** @type {import('./types').Subscription | undefined} */
let subscription

const wanted = () => input.value.trim()

/** @param {(html: string, first: boolean) => void} [take] */
function search(take = show) {
  clearTimeout(typing)
  hidePreview()
  const mine = ++number, query = wanted()
  subscription?.stop()
  keepInStep(query)
  if (!query) return clear()
  pane.setAttribute('aria-busy', 'true')
  subscription = socket.subscribe('/api/search/subscribe', { query, kinds: kinds.value || EVERY, number: mine }, {
    headers: HTML,
    snapshot: (html, { first }) => answered(() => first ? take(html, first) : catchUp(items(html))),
    events: {
      searchResultAdded: (data, { html = '' }) => told(data, () => add(items(html)[0], data.position)),
      searchResultUpdated: (data, { html = '' }) => told(data, () => {
        update(items(html)[0], data.position)
        previewAnew(`found-${data.kind}-${data.id}`, wanted)
      }),
      searchResultRemoved: data => told(data, () => {
        previewAnew(`found-${data.kind}-${data.id}`, wanted)
        remove(`found-${data.kind}-${data.id}`)
      }),
    },
    error: failed,
  })
}

/** @param {string} html */
const show = html => replaceAll(items(html))

/** @param {string} html */
const items = html => parse(html)

/** @param {() => void} apply */
function answered(apply) {
  apply()
  pane.removeAttribute('aria-busy')
  lookAround()
}

/** An event of an older query that was under way is none of this one's. @param {Told} data @param {() => void} apply */
function told(data, apply) {
  if (data.number !== number) return
  apply()
  clearTimeout(quiet)
  quiet = setTimeout(lookAround, QUIET_MS)
}

function clear() {
  socket.get('/api/search/unsubscribe')
  pane.removeAttribute('aria-busy')
  replaceAll([])
  lookAround()
}

/** Asks how many there are by now, of each kind and in all, and for further results again, which are not live. */
async function lookAround() {
  const mine = number
  const answer = await socket.request({ url: '/search/counts', data: { q: wanted(), kinds: kinds.value, offset: shown() }, headers: HTML })
  if (mine !== number || answer.error) return
  for (const element of parse(answer.body)) {
    if (element.hasAttribute('data-summary')) say(element.textContent ?? '')
    else place(element)
  }
  if (restShown()) more(Math.min(restShown(), MOST), shown() - restShown(), replaceRest)
}

/** Nobody wants to hear each letter's count. @param {string} text */
function say(text) {
  clearTimeout(saying)
  saying = setTimeout(() => { status.textContent = text }, QUIET_MS)
}

/** @param {number} limit @param {number} offset @param {(items: HTMLElement[]) => void} take */
async function more(limit, offset, take) {
  const mine = number
  const answer = await socket.request({ url: '/api/search', data: { query: wanted(), kinds: kinds.value, limit, offset }, headers: HTML })
  if (mine === number && !answer.error) take(items(answer.body))
}

async function showMore() {
  await more(PAGE, shown(), found => {
    append(found)
    $('.hit', found[0])?.focus({ preventScroll: true })
  })
  const mine = number
  const answer = await socket.request({ url: '/search/counts', data: { q: wanted(), kinds: kinds.value, offset: shown() }, headers: HTML })
  if (mine === number && !answer.error) parse(answer.body).filter(element => element.id === 'after-hits').forEach(place)
}

/** @param {import('./types').Jwr} answer */
function failed(answer) {
  pane.removeAttribute('aria-busy')
  replaceAll([])
  const retry = el('button', { class: 'btn', type: 'button', 'data-search-again': true }, 'Try again')
  $('#after-hits')?.replaceChildren(el('div', { class: 'empty', role: 'alert' },
    el('h2', {}, 'That search didn’t work'), el('p', {}, answer.body?.detail ?? 'The server answered with an error.'), retry))
}

/** The address, and what the forms of the page lead back to. @param {string} query */
function keepInStep(query) {
  const address = new URLSearchParams()
  if (query) address.set('q', query)
  if (kinds.value) address.set('kinds', kinds.value)
  history.replaceState(history.state, '', `/search${address.size ? '?' : ''}${address}`)
  for (const field of /** @type {HTMLInputElement[]} */ ($$('.saved-searches [name=q]'))) field.value = query
  for (const field of /** @type {HTMLInputElement[]} */ ($$('.saved-searches [name=kinds]'))) field.value = kinds.value
  $('[data-save-form] .btn')?.toggleAttribute('disabled', !query)
  $('[data-hits-live]')?.toggleAttribute('hidden', !query)
}

/** Arrows go from the field into the results and through them. @param {KeyboardEvent} event */
function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  const from = event.target instanceof Element && event.target.closest('#q, a.hit')
  if (!from || event.altKey || event.metaKey || event.ctrlKey) return
  if (event.key === 'Escape' && from !== input) return input.focus()
  const stops = [input, ...$$('.hits a.hit')]
  const to = step && stops[stops.indexOf(/** @type {HTMLElement} */ (from)) + step]
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
addEventListener('keydown', walk)
watchPreview(wanted)
listen('click', '.search-head [data-kinds], #after-hits [data-kinds]', (link, event) => {
  const { ctrlKey, metaKey, shiftKey } = /** @type {MouseEvent} */ (event)
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
// They are put in place here.
for (const event of ['searchResultAdded', 'searchResultUpdated']) intercept(event, () => {})

if (wanted()) search(html => catchUp(items(html)))
