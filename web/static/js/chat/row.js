// @ts-check
// A message's row. The server renders a broadcast once for everybody; here it becomes the reader's.
import { $, $$, el } from '../app.js'
import { me } from './room.js'

const GROUP_MS = 5 * 60_000 // as in rows.go

/** @param {HTMLElement} row */
export const isOwn = row => Number(row.dataset.sender) === me

/** @param {HTMLElement} row */
export const idOf = row => Number(row.dataset.order)

/** @param {HTMLElement} row */
export const senderOf = row => $('.who > b', row)?.textContent ?? ''

/** What the message says, in a line. @param {HTMLElement} row */
export function textOf(row) {
  const body = $('.body', row)?.cloneNode(true)
  if (!(body instanceof HTMLElement)) return ''
  $('.edited', body)?.remove()
  return body.textContent?.replace(/\s+/g, ' ').trim() ?? ''
}

/** Marks what is the reader's own: their messages, mentions and reactions. @param {HTMLElement} row */
export function personal(row) {
  if (isOwn(row) && !$('.you', row)) $('.who > b', row)?.after(el('span', { class: 'you' }, 'you'))
  for (const mention of $$(`.mention[data-user="${me}"]`, row)) {
    mention.classList.add('me')
    row.classList.add('is-mention')
  }
  for (const reaction of $$('.reaction', row)) nameReaction(reaction)
  return row
}

/** Who reacted, as far as the page knows their names. @param {HTMLElement} reaction */
function nameReaction(reaction) {
  const by = reaction.dataset.by?.split(' ').map(Number) ?? []
  const names = by.map(nameOf).filter(name => name !== undefined), more = by.length - names.length
  if (more) names.push(`${more} more`)
  reaction.setAttribute('aria-pressed', String(by.includes(me)))
  reaction.title = list.format(names)
  reaction.setAttribute('aria-label', `${reaction.dataset.react} ${by.length} from ${reaction.title}`)
}

const list = new Intl.ListFormat('en-GB')

/** @param {number} id */
function nameOf(id) {
  if (id === me) return 'you'
  const place = $(`.message[data-sender="${id}"] .who > b`) ?? $(`.nav-item:has([data-person="${id}"]) .truncate`)
  return place?.textContent ?? undefined
}

/** The day in the reader's calendar. @param {string | undefined} moment */
export const dayOf = moment => new Date(moment ?? '').toDateString()

/** Whether the row stands under the one before it without a head of its own. @param {HTMLElement} row @param {HTMLElement} before */
export function follows(row, before) {
  return row.dataset.sender === before.dataset.sender && !$('.quote', row)
    && Date.parse(row.dataset.created ?? '') - Date.parse(before.dataset.created ?? '') < GROUP_MS
}
