// @ts-check
// Who else is here, in the head. A click on somebody keeps the page where they write, until the reader acts.
import { $, announce, el } from '../app.js'
import { caretsOf } from './carets.js'
import { paper } from './page.js'

/** @typedef {import('./people.js').People} People */

const ANNOUNCE_MS = 1_500 // a reload is no departure
const place = /** @type {HTMLElement} */ ($('#doc-here'))

/** @param {string} name */
const initials = name => name.split(/\s+/).slice(0, 2).map(word => [...word][0]?.toUpperCase() ?? '').join('')

/** @param {People} people @param {import('../../vendor/document.js').Awareness} awareness */
export function showHere(people, awareness) {
  let followed = 0
  let told = new Set(/** @type {number[]} */ ([]))
  let timer = 0

  const show = () => place.replaceChildren(...people.others().map(({ visit: { user, hue } }) =>
    el('button', {
      class: 'avatar', type: 'button', 'data-hue': hue, 'data-person': user.id,
      'aria-pressed': user.id === followed, 'aria-label': `Follow ${user.fullName}`, title: user.fullName, 'data-initials': initials(user.fullName),
    })))

  const tell = () => {
    timer = 0
    const now = new Map(people.others().map(({ visit: { user } }) => [user.id, user.fullName]))
    for (const [id, name] of now) if (!told.has(id)) announce(`${name} is here.`)
    told = new Set(now.keys())
  }

  const scroll = () => {
    const clients = people.others().find(({ visit }) => visit.user.id === followed)?.clients ?? []
    clients.flatMap(caretsOf)[0]?.scrollIntoView({ block: 'center', behavior: 'instant' })
  }

  /** @param {number} id 0: nobody */
  const follow = id => {
    if (id === followed) return
    followed = id
    for (const button of place.children) button.setAttribute('aria-pressed', String(Number(/** @type {HTMLElement} */ (button).dataset.person) === id))
    scroll()
  }

  people.on('change', () => {
    show()
    timer ||= Number(setTimeout(tell, ANNOUNCE_MS))
  })
  awareness.on('change', () => { if (followed) requestAnimationFrame(scroll) })
  place.addEventListener('click', event => {
    const button = event.target instanceof Element ? event.target.closest('button') : null
    if (button) follow(Number(button.dataset.person) === followed ? 0 : Number(button.dataset.person))
  })
  for (const act of ['keydown', 'pointerdown']) paper.addEventListener(act, () => follow(0))
  paper.parentElement?.addEventListener('wheel', () => follow(0), { passive: true })
}
