// @ts-check
// The other users who have the document open, as avatars. A click on one makes the page follow that user's caret, until
// this page's user types, clicks or scrolls.
import { announce, childrenOf, closest, el, initials, need } from '../core/index.js'
import { caretsOf } from './carets.js'
import { paper } from './page.js'

/** @typedef {import('./people.js').People} People */

const ANNOUNCE_MS = 1_500 // a user who reloads the page has not left
const place = need('#doc-here')

/** @param {People} people @param {import('../vendor/document.js').Awareness} awareness */
export function showHere(people, awareness) {
  let followed = 0
  /** @type {Set<number>} */
  let announced = new Set()
  let timer = 0

  const show = () => place.replaceChildren(...people.others().map(({ visit: { user: { id, fullName }, hue } }) =>
    el('button', {
      class: 'avatar', type: 'button', 'data-hue': hue, 'data-person': id,
      'aria-pressed': id === followed, 'aria-label': `Follow ${fullName}`, title: fullName,
      'data-initials': initials(fullName),
    })))

  const announceArrivals = () => {
    timer = 0
    const now = new Map(people.others().map(({ visit: { user } }) => [user.id, user.fullName]))
    for (const [id, name] of now) if (!announced.has(id)) announce(`${name} opened this document.`)
    announced = new Set(now.keys())
  }

  const scroll = () => {
    const clients = people.others().find(({ visit }) => visit.user.id === followed)?.clients ?? []
    clients.flatMap(caretsOf)[0]?.scrollIntoView({ block: 'center', behavior: 'instant' })
  }

  /** @param {number} id 0: no user */
  const follow = id => {
    if (id === followed) return
    followed = id
    for (const button of childrenOf(place)) {
      button.setAttribute('aria-pressed', String(Number(button.dataset.person) === id))
    }
    scroll()
  }

  people.on('change', () => {
    show()
    timer ||= Number(setTimeout(announceArrivals, ANNOUNCE_MS))
  })
  awareness.on('change', () => { if (followed) requestAnimationFrame(scroll) })
  place.addEventListener('click', event => {
    const button = closest(event.target, 'button')
    if (button) follow(Number(button.dataset.person) === followed ? 0 : Number(button.dataset.person))
  })
  for (const act of ['keydown', 'pointerdown']) paper.addEventListener(act, () => follow(0))
  paper.parentElement?.addEventListener('wheel', () => follow(0), { passive: true })
}
