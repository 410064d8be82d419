// @ts-check
// History loads when its edge comes near; what is read does not move.
import { $, announce, parse } from '../app.js'
import { edge, first, keepPlace, last, nearEnd, replaceAll, setEdge, show, tidy, toEnd, upToDate } from './log.js'
import { HTML, list, log, me, roomId, socket } from './room.js'
import { idOf, personal } from './row.js'

const PAGE = 50
const AROUND = 100
const AHEAD = '600px 0px'

/** Rows that came while the end was being fetched: it may not have them yet. @type {HTMLElement[]} */
let meanwhile = []
let missed = 0
const loading = new Set()

const jumpButton = /** @type {HTMLElement} */ ($('[data-jump]'))
const observer = new IntersectionObserver(entries => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) load(/** @type {'older' | 'newer'} */ (/** @type {HTMLElement} */ (target).dataset.edge))
}, { root: log, rootMargin: AHEAD })

/** @param {object} where @returns {Promise<HTMLElement[] | null>} null: it did not load */
async function fetchRows(where) {
  const answer = await socket.request({ url: '/api/chat/messages', data: { roomId, ...where }, headers: HTML })
  return answer.error ? null : parse(answer.body).map(personal)
}

/** @param {'older' | 'newer'} name */
async function load(name) {
  const from = name === 'older' ? first() : last()
  if (!from || edge(name).hidden || loading.has(name)) return
  loading.add(name)
  wait(name, true)
  const rows = await fetchRows(name === 'older' ? { before: idOf(from), limit: PAGE } : { around: idOf(from), limit: AROUND })
  loading.delete(name)
  wait(name, false)
  if (!rows) return failed(name)
  keepPlace(() => name === 'older' ? older(rows) : newer(rows))
  observe()
}

/** @param {HTMLElement[]} rows */
function older(rows) {
  setEdge('older', false)
  show(rows)
  setEdge('older', rows.length === PAGE)
  tidy()
}

/** @param {HTMLElement[]} rows */
function newer(rows) {
  setEdge('newer', false)
  show(rows)
  setEdge('newer', rows.length === AROUND)
  if (upToDate()) show(meanwhile)
  meanwhile = []
  tidy()
}

/** The edge shows skeletons instead of its link. @param {'older' | 'newer'} name @param {boolean} on */
function wait(name, on) {
  const link = $('a', edge(name)), skeleton = $('.edge-loading', edge(name))
  if (link) link.hidden = on
  if (skeleton) skeleton.hidden = !on
}

/** @param {'older' | 'newer'} name */
function failed(name) {
  const link = $('a', edge(name))
  if (link) link.textContent = 'That didn’t load. Try again'
  observer.unobserve(edge(name))
}

/** An observer speaks only of changes: what is still in view after loading is looked at anew. */
function observe() {
  for (const name of /** @type {const} */ (['older', 'newer'])) {
    observer.unobserve(edge(name))
    observer.observe(edge(name))
  }
}

/** Shows a row that arrived. @param {HTMLElement} row @returns {boolean} whether it is in the log */
export function arrive(row) {
  const own = Number(row.dataset.sender) === me, stick = nearEnd() && upToDate()
  if (loading.has('newer')) meanwhile.push(row)
  row.classList.add('is-new')
  const shown = show([row], { stick }).length > 0
  if (!stick && !own) missed++
  label()
  return shown
}

/** Leads to the room's end, which may have to be fetched. */
export async function latest() {
  if (!upToDate()) {
    const rows = await fetchRows({ limit: PAGE })
    if (!rows) return announce('That didn’t load. Try again.', 'assertive')
    replaceAll(rows, { older: rows.length === PAGE, newer: false })
    observe()
  }
  toEnd()
  label()
}

function label() {
  const end = nearEnd() && upToDate()
  if (end) missed = 0
  jumpButton.hidden = end
  const words = $('[data-jump-label]', jumpButton)
  if (words) words.textContent = missed ? `${missed} new message${missed > 1 ? 's' : ''}` : 'Jump to latest'
}

export function watchEdges() {
  observe()
  log.addEventListener('scroll', label, { passive: true })
  jumpButton.addEventListener('click', () => latest().then(() => $('#compose')?.focus()))
  list.addEventListener('click', event => {
    const at = event.target instanceof Element ? event.target.closest('[data-edge]') : null
    if (!(at instanceof HTMLElement) || !(/** @type {Element} */ (event.target)).closest('a')) return
    event.preventDefault()
    load(/** @type {'older' | 'newer'} */ (at.dataset.edge))
  })
  label()
}
