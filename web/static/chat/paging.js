// @ts-check
// Loads history when its edge comes near the visible part, without moving what the user reads.
import { $, announce, closest, need, parse, requestHTML } from '../core/index.js'
import { edge, first, keepPlace, last, nearEnd, replaceAll, setEdge, show, tidy, toEnd, upToDate } from './log.js'
import { list, log, me, roomId } from './room.js'
import { idOf, personalize } from './row.js'

/** @typedef {import('./log.js').Edge} Edge */

const PAGE = 50 // messages
const AROUND = 100
const AHEAD = '600px 0px'

/** Rows that arrived while the end was being fetched; the fetched rows may not include them. @type {HTMLElement[]} */
let arrivedWhileLoading = []
let missed = 0
const loading = new Set()

const jumpButton = need('[data-jump]')
const observer = new IntersectionObserver(entries => {
  for (const { isIntersecting, target } of entries) {
    if (isIntersecting) load(nameOf(target))
  }
}, { root: log, rootMargin: AHEAD })

/** @param {object} where @returns {Promise<HTMLElement[] | null>} the rows, or null on an error */
async function fetchRows(where) {
  const answer = await requestHTML({ url: '/api/chat/messages', data: { roomId, ...where } })
  return answer.error ? null : parse(answer.body).map(personalize)
}

/** @param {Element} at an edge of the log @returns {Edge} */
const nameOf = at => at === edge('older') ? 'older' : 'newer'

/** @param {Edge} name */
async function load(name) {
  const from = name === 'older' ? first() : last()
  if (!from || edge(name).hidden || loading.has(name)) return
  loading.add(name)
  showLoading(name, true)
  const id = idOf(from)
  const rows = await fetchRows(name === 'older' ? { before: id, limit: PAGE } : { around: id, limit: AROUND })
  loading.delete(name)
  showLoading(name, false)
  if (!rows) return showFailure(name)
  keepPlace(() => name === 'older' ? showOlder(rows) : showNewer(rows))
  reobserve()
}

/** @param {HTMLElement[]} rows */
function showOlder(rows) {
  setEdge('older', false)
  show(rows)
  setEdge('older', rows.length === PAGE)
  tidy()
}

/** @param {HTMLElement[]} rows */
function showNewer(rows) {
  setEdge('newer', false)
  show(rows)
  setEdge('newer', rows.length === AROUND)
  if (upToDate()) show(arrivedWhileLoading)
  arrivedWhileLoading = []
  tidy()
}

/** Shows skeletons at an edge instead of its link, or the link. @param {Edge} name @param {boolean} on */
function showLoading(name, on) {
  const link = $('a', edge(name)), skeleton = $('.edge-loading', edge(name))
  if (link) link.hidden = on
  if (skeleton) skeleton.hidden = !on
}

/** @param {Edge} name */
function showFailure(name) {
  const link = $('a', edge(name))
  if (link) link.textContent = 'Couldn’t load messages. Try again'
  observer.unobserve(edge(name))
}

/** Observes both edges again: an observer reports only changes, and an edge may still be in view after loading. */
function reobserve() {
  for (const at of [edge('older'), edge('newer')]) {
    observer.unobserve(at)
    observer.observe(at)
  }
}

/** Shows the row of a new message. @param {HTMLElement} row @returns {boolean} whether it is in the log */
export function showArrived(row) {
  const own = Number(row.dataset.sender) === me
  const stick = nearEnd() && upToDate()
  if (loading.has('newer')) arrivedWhileLoading.push(row)
  row.classList.add('is-new')
  const shown = show([row], { stick }).length > 0
  if (!stick && !own) missed++
  updateJumpButton()
  return shown
}

/** Scrolls to the room's end, and fetches it first if the log does not include it. */
export async function goToLatest() {
  if (!upToDate()) {
    const rows = await fetchRows({ limit: PAGE })
    if (!rows) return announce('Couldn’t load messages. Try again.', 'assertive')
    replaceAll(rows, { older: rows.length === PAGE, newer: false })
    reobserve()
  }
  toEnd()
  updateJumpButton()
}

/** Shows the button with the number of new messages below, or hides it at the end. */
function updateJumpButton() {
  const end = nearEnd() && upToDate()
  if (end) missed = 0
  jumpButton.hidden = end
  const words = $('[data-jump-label]', jumpButton)
  if (words) words.textContent = missed ? `${missed} new message${missed > 1 ? 's' : ''}` : 'Jump to latest'
}

export function watchEdges() {
  reobserve()
  log.addEventListener('scroll', updateJumpButton, { passive: true })
  jumpButton.addEventListener('click', () => goToLatest().then(() => $('#compose')?.focus()))
  list.addEventListener('click', event => {
    const at = closest(event.target, '[data-edge]')
    if (!at || !closest(event.target, 'a')) return
    event.preventDefault()
    load(nameOf(at))
  })
  updateJumpButton()
}
