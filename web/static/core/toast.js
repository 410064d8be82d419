// @ts-check
// Toasts: short notes that disappear. Their information is always available elsewhere, too.
import { $, $$, copyOf, el, icon, need } from './dom.js'
import { announce } from './announce.js'

const STAY_MS = 5_000
const LONG = 80 // characters that are read within STAY_MS
const READ_MS = 50 // for each further character: about 200 words a minute
const LEAVE_MS = 240 // the duration of the stylesheet's transition
const AT_MOST = 3

/**
 * @typedef {object} Toast
 * @property {string} title
 * @property {string} [body]
 * @property {Node} [lead] such as an avatar
 * @property {string} [icon]
 * @property {'ok' | 'warn' | 'bad' | 'info' | ''} [tone] of the icon
 * @property {string} [href] the target of "View"
 * @property {string} [key] names its subject: another toast with the key replaces this one, and dismiss removes it
 */

/** @param {Toast} options */
export function toast(options) {
  const place = $('[data-toasts]')
  if (!place) return
  if (options.key) dismiss(options.key)
  const note = shown().length < AT_MOST ? draw(options) : mergeIntoLast()
  if (!note.isConnected) place.append(note)
  announce([options.title, options.body].filter(Boolean).join('. '))
  return note
}

/** Removes the toast of a key, and those of the keys below it ("a/b" is below "a"). @param {string} key */
export function dismiss(key) {
  for (const note of shown()) if (`${note.dataset.key}/`.startsWith(`${key}/`)) leave(note)
}

const shown = () => $$('.toast:not(.is-leaving)', $('[data-toasts]') ?? undefined)

/** @param {HTMLElement} note */
function leave(note) {
  note.classList.add('is-leaving')
  setTimeout(() => note.remove(), LEAVE_MS)
}

/** @param {Toast} options */
function draw({ title, body = '', lead, icon: name, tone = '', href, key }) {
  const note = copyOf(need('template#toast'))
  const leadPlace = need('[data-lead]', note)
  const titlePlace = need('.title', note)
  const bodyPlace = need('.body', note)
  if (key) note.dataset.key = key
  if (lead || name) leadPlace.replaceChildren(lead ?? el('span', { class: `tile-icon ${tone}` }, icon(String(name))))
  titlePlace.textContent = title
  bodyPlace.textContent = body
  if (href) note.append(el('p', { class: 'actions' }, el('a', { class: 'btn small', href }, 'View')))
  holdAndLeave(note, STAY_MS + READ_MS * Math.max(0, title.length + body.length - LONG))
  return note
}

/** Counts a fourth toast in the newest one, which then shows how many more there are. */
function mergeIntoLast() {
  const [last] = shown().slice(-1)
  const more = last.dataset.more = String(Number(last.dataset.more ?? 0) + 1)
  const body = need('.body', last)
  body.textContent = `And ${more} more.`
  last.dispatchEvent(new Event('pointerleave'))
  return last
}

/**
 * Removes a toast after ms, but not while it has the pointer or the focus, nor while the page is hidden.
 * @param {HTMLElement} note @param {number} ms
 */
function holdAndLeave(note, ms) {
  let timer = 0
  const hold = () => clearTimeout(timer)
  const resume = () => {
    hold()
    if (!note.isConnected) document.removeEventListener('visibilitychange', resume)
    else if (!document.hidden && !note.matches(':hover, :focus-within')) timer = setTimeout(leave, ms, note)
  }
  for (const type of ['pointerenter', 'focusin']) note.addEventListener(type, hold)
  for (const type of ['pointerleave', 'focusout']) note.addEventListener(type, resume)
  $('.dismiss', note)?.addEventListener('click', () => leave(note))
  document.addEventListener('visibilitychange', resume)
  queueMicrotask(resume)
}
