// @ts-check
// A message's row. The server renders a broadcast once for all its readers; personalize() adds what differs by reader.
import { $, $$, el } from '../core/index.js'
import { me } from './room.js'

const GROUP_MS = 5 * 60_000 // as in rows.go

/** @param {HTMLElement} row */
export const isOwn = row => Number(row.dataset.sender) === me

/** @param {HTMLElement} row */
export const idOf = row => Number(row.dataset.order)

/** @param {HTMLElement} row */
export const senderOf = row => $('.who > b', row)?.textContent ?? ''

/** The message's text, on one line. @param {HTMLElement} row */
export function textOf(row) {
  const body = $('.body', row)?.cloneNode(true)
  if (!(body instanceof HTMLElement)) return ''
  $('.edited', body)?.remove()
  return body.textContent?.replace(/\s+/g, ' ').trim() ?? ''
}

/** Marks the user's own messages, mentions and reactions. @param {HTMLElement} row */
export function personalize(row) {
  if (isOwn(row) && !$('.you', row)) $('.who > b', row)?.after(el('span', { class: 'you' }, 'you'))
  for (const mention of $$(`.mention[data-user="${me}"]`, row)) {
    mention.classList.add('me')
    row.classList.add('is-mention')
  }
  for (const reaction of $$('.reaction', row)) nameReaction(reaction)
  return row
}

/** Labels a reaction with the names of its users, as far as the page shows them. @param {HTMLElement} reaction */
function nameReaction(reaction) {
  const by = reaction.dataset.by?.split(' ').map(Number) ?? []
  const names = by.map(nameOf).filter(name => name !== undefined)
  const more = by.length - names.length
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

/** The day of a moment in the browser's time zone. @param {string | undefined} moment */
export const dayOf = moment => new Date(moment ?? '').toDateString()

/**
 * Reports whether the row continues the one before it, without a head of its own; rows.go has the same rule.
 * @param {HTMLElement} row @param {HTMLElement} before
 */
export function follows(row, before) {
  return row.dataset.sender === before.dataset.sender && !$('.quote', row)
    && Date.parse(row.dataset.created ?? '') - Date.parse(before.dataset.created ?? '') < GROUP_MS
}
