// @ts-check
// Notes that come and go. Whatever one says can be found elsewhere too.
import { $, $$, el, icon } from './dom.js'
import { announce } from './announce.js'

const STAY_MS = 5_000
const LONG = 80 // characters that fit into it
const READ_MS = 50 // a character beyond: about 200 words a minute
const LEAVE_MS = 240 // as the stylesheet's transition
const AT_MOST = 3

/**
 * @typedef {object} Toast
 * @property {string} title
 * @property {string} [body]
 * @property {Node} [lead] such as an avatar
 * @property {string} [icon]
 * @property {'ok' | 'warn' | 'bad' | 'info' | ''} [tone] of the icon
 * @property {string} [href] where "View" leads
 * @property {string} [key] of what it tells: another toast of it replaces this one, and dismiss takes it away
 */

/** @param {Toast} options */
export function toast(options) {
  const place = $('[data-toasts]')
  if (!place) return
  if (options.key) dismiss(options.key)
  const note = shown().length < AT_MOST ? draw(options) : merged()
  if (!note.isConnected) place.append(note)
  announce([options.title, options.body].filter(Boolean).join('. '))
  return note
}

/** Takes away the toast of a key, and those of the keys under it ("a" is above "a/b"). @param {string} key */
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
  const template = /** @type {HTMLTemplateElement} */ ($('template#toast'))
  const note = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true))
  const [leadPlace, titlePlace, bodyPlace] = ['[data-lead]', '.title', '.body'].map(s => /** @type {HTMLElement} */ ($(s, note)))
  if (key) note.dataset.key = key
  if (lead || name) leadPlace.replaceChildren(lead ?? el('span', { class: `tile-icon ${tone}` }, icon(String(name))))
  titlePlace.textContent = title
  bodyPlace.textContent = body
  if (href) note.append(el('p', { class: 'actions' }, el('a', { class: 'btn small', href }, 'View')))
  holdAndLeave(note, STAY_MS + READ_MS * Math.max(0, title.length + body.length - LONG))
  return note
}

/** A fourth takes no room of its own: the newest says how many more there are. */
function merged() {
  const last = /** @type {HTMLElement} */ (shown().at(-1))
  const more = last.dataset.more = String(Number(last.dataset.more ?? 0) + 1)
  const body = /** @type {HTMLElement} */ ($('.body', last))
  body.textContent = `And ${more} more.`
  last.dispatchEvent(new Event('pointerleave'))
  return last
}

/** Stays while somebody is at it, by pointer or keyboard, and while nobody can see it. @param {HTMLElement} note @param {number} ms */
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
