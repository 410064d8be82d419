// @ts-check
// Notes that come and go. Whatever one says can be found elsewhere too.
import { $, $$, el, icon } from './dom.js'
import { announce } from './announce.js'

const STAY_MS = 5_000
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
 */

/** @param {Toast} options */
export function toast(options) {
  const place = $('[data-toasts]')
  if (!place) return
  const note = shown().length < AT_MOST ? draw(options) : merged()
  if (!note.isConnected) place.append(note)
  announce([options.title, options.body].filter(Boolean).join('. '))
  return note
}

const shown = () => $$('.toast:not(.is-leaving)', $('[data-toasts]') ?? undefined)

/** @param {Toast} options */
function draw({ title, body = '', lead, icon: name, tone = '', href }) {
  const template = /** @type {HTMLTemplateElement} */ ($('template#toast'))
  const note = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true))
  const [leadPlace, titlePlace, bodyPlace] = ['[data-lead]', '.title', '.body'].map(s => /** @type {HTMLElement} */ ($(s, note)))
  if (lead || name) leadPlace.replaceChildren(lead ?? el('span', { class: `tile-icon ${tone}` }, icon(String(name))))
  titlePlace.textContent = title
  bodyPlace.textContent = body
  if (href) bodyPlace.append(' ', el('a', { class: 'link', href }, 'View'))
  holdAndLeave(note)
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

/** Stays while somebody is at it, by pointer or keyboard. @param {HTMLElement} note */
function holdAndLeave(note) {
  const leave = () => {
    note.classList.add('is-leaving')
    setTimeout(() => note.remove(), LEAVE_MS)
  }
  let timer = setTimeout(leave, STAY_MS)
  const hold = () => clearTimeout(timer)
  const resume = () => {
    hold()
    if (!note.matches(':hover, :focus-within')) timer = setTimeout(leave, STAY_MS)
  }
  for (const type of ['pointerenter', 'focusin']) note.addEventListener(type, hold)
  for (const type of ['pointerleave', 'focusout']) note.addEventListener(type, resume)
  $('.dismiss', note)?.addEventListener('click', leave)
}
