// @ts-check
// A user's card, which opens beside their name or avatar. Without script the same link leads to a page.
import { $$, el, listen, parse, requestHTML, showTimes, socket } from '../core/index.js'

const TICK_MS = 1_000

/** The user whose card is open; 0: none. */
let open = 0
let ticking = 0

const card = el('div', {
  class: 'popover person-card', id: 'person-card', popover: '', role: 'dialog',
  'aria-labelledby': 'person-card-name', tabindex: -1, autofocus: true,
})
document.body.append(card)

/** @param {number} id @returns {Promise<boolean>} false on an error */
async function fill(id) {
  const answer = await requestHTML({ url: `/people/${id}/card` })
  if (answer.error) return false
  card.replaceChildren(...parse(answer.body))
  for (const { dataset } of $$('[data-left-ms]', card)) dataset.until = String(Date.now() + Number(dataset.leftMs))
  showTimes(card)
  return true
}

/** @param {number} id @param {HTMLElement} source the element beside which it opens */
async function show(id, source) {
  if (!await fill(id)) return location.assign(`/people/${id}`)
  card.showPopover({ source })
  open = id
}

/** Fetches the card again if it is open: something about the user has changed. @param {number} id */
export function refreshCard(id) { if (id === open) fill(id) }

function tick() {
  for (const place of $$('[data-until]', card)) {
    place.textContent = String(Math.max(0, Math.ceil((Number(place.dataset.until) - Date.now()) / 1_000)))
  }
}

card.addEventListener('toggle', event => {
  const isOpen = event.newState === 'open'
  clearInterval(ticking)
  if (isOpen) ticking = setInterval(tick, TICK_MS)
  else open = 0
})

listen('click', 'a[data-card]', (link, event) => {
  const { ctrlKey, metaKey, shiftKey } = event
  if (ctrlKey || metaKey || shiftKey || !socket?.isConnected()) return
  event.preventDefault()
  show(Number(link.dataset.card), link)
})
listen('click', ':is(.message, .room-here) .avatar[data-person]', face => show(Number(face.dataset.person), face))
