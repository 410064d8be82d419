// @ts-check
// One set of tools, which goes to the message that has the pointer or the focus.
import { $, announce, el, parse, place, toast } from '../app.js'
import { box, reply } from './composer.js'
import { edit } from './edit.js'
import { bring, keepPlace, rows, show, tidy } from './log.js'
import { HTML, list, log, reason, role, roomId, socket } from './room.js'
import { idOf, isOwn, personal, textOf } from './row.js'

const template = /** @type {HTMLTemplateElement} */ ($('#message-tools'))
const tools = /** @type {HTMLElement} */ (template.content.firstElementChild)
const archived = log.hasAttribute('data-archived')

/** @param {EventTarget | null} target */
const rowAt = target => target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest('.message[id]')) : null

/** @param {HTMLElement | null} row */
function attach(row) {
  if (!row || tools.parentElement === row || tools.contains(document.activeElement)) return
  const own = isOwn(row)
  offer('edit', own && !archived)
  offer('delete', (own || role() === 'owner') && !archived)
  offer('reply', !archived)
  const react = $('[data-emoji]', tools)
  if (react) react.hidden = archived
  row.append(tools)
}

/** @param {string} what @param {boolean} allowed */
function offer(what, allowed) {
  const button = $(`[data-do=${what}]`, tools)
  if (button) button.hidden = !allowed
}

/** What a tool does. @type {Record<string, (row: HTMLElement) => void>} */
const deeds = { reply, edit, delete: confirmDelete, link: copyLink }

/** @param {HTMLElement} row */
async function copyLink(row) {
  const url = new URL(`/rooms/${roomId}?message=${idOf(row)}`, location.href)
  try {
    await navigator.clipboard.writeText(url.href)
    toast({ title: 'Link copied', icon: 'link', tone: 'ok' })
  } catch { // no permission, or no secure origin
    history.replaceState(null, '', url)
    toast({ title: 'The link is in the address bar', icon: 'link' })
  }
}

/** @param {HTMLElement} row */
function confirmDelete(row) {
  const dialog = /** @type {HTMLDialogElement} */ ($('#delete-message'))
  const excerpt = $('[data-excerpt]', dialog)
  if (excerpt) excerpt.textContent = textOf(row)
  dialog.returnValue = ''
  dialog.addEventListener('close', () => { if (dialog.returnValue === 'delete') remove(row) }, { once: true })
  dialog.showModal()
}

/** @param {HTMLElement} row */
async function remove(row) {
  const answer = await socket.delete(`/api/chat/messages/${idOf(row)}`)
  if (answer.error && answer.statusCode !== 404) return refused('Not deleted', answer)
  const neighbour = row.nextElementSibling ?? row.previousElementSibling
  gone(row.id)
  if (neighbour instanceof HTMLElement && neighbour.matches('.message')) neighbour.focus({ preventScroll: true })
  else box?.focus()
  if (!answer.error) seen(answer)
}

/** Takes a row out, and leaves no quote of it. @param {string} id */
export function gone(id) {
  const quotes = list.querySelectorAll(`[data-quote="${id.replace('message-', '')}"] .truncate`)
  for (const quote of quotes) quote.replaceWith(el('span', { class: 'truncate gone' }, 'deleted message'))
  keepPlace(() => {
    place(el('li', { id, 'data-remove': true }))
    tidy()
  })
}

/** Adds one's reaction, or takes it away. @param {HTMLElement} row @param {string} emoji */
async function react(row, emoji) {
  const answer = await socket.request({ method: 'POST', url: `/api/chat/messages/${idOf(row)}/reactions`, data: { emoji }, headers: HTML })
  if (answer.error) return refused('Not added', answer)
  show(parse(answer.body).map(personal))
  seen(answer)
}

/** @param {string} title @param {import('../types').Jwr} answer */
function refused(title, answer) { toast({ title, body: reason(answer), icon: 'circle-alert', tone: 'bad' }) }

/** @type {(answer: import('../types').Jwr) => void} */
let seen = () => {}

/** One tab stop for the whole log: arrows go from message to message, Tab to the tools. @param {KeyboardEvent} event */
function keyed(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target instanceof HTMLTextAreaElement) return
  const all = rows(), row = /** @type {HTMLElement | null} */ (document.activeElement?.closest('.message') ?? null)
  const at = row ? all.indexOf(row) : all.length
  if (event.key === 'Escape') box?.focus()
  else if (event.key.toLowerCase() === 'e' && row?.id && isOwn(row) && !archived) edit(row)
  else if (event.key === 'Home') step(all[0])
  else if (event.key === 'End') step(all.at(-1))
  else if (event.key === 'ArrowUp') step(all[at - 1])
  else if (event.key === 'ArrowDown' && row) step(all[at + 1] ?? box)
  else return
  event.preventDefault()
}

/** @param {HTMLElement | null | undefined} to */
const step = to => to?.focus()

/** A quote leads to its message: here if it is here, else by its link. @param {Element} link @param {Event} event */
function follow(link, event) {
  const row = document.getElementById(`message-${/** @type {HTMLElement} */ (link).dataset.quote}`)
  if (!row) return
  event.preventDefault()
  for (const other of list.querySelectorAll('.is-target')) other.classList.remove('is-target')
  row.classList.add('is-target')
  bring(row)
  row.focus({ preventScroll: true })
}

/** @param {MouseEvent} event */
async function clicked(event) {
  const target = /** @type {Element} */ (event.target), row = rowAt(target)
  const [deed, reaction, emoji, quote] = ['[data-do]', '.reaction', '[data-emoji=react]', '[data-quote]'].map(s => /** @type {HTMLElement | null} */ (target.closest(s)))
  if (quote) return follow(quote, event)
  if (!row) return
  if (deed) deeds[deed.dataset.do ?? '']?.(row)
  else if (reaction) archived ? announce('The room is archived.') : react(row, reaction.dataset.react ?? '')
  else if (emoji) (await import('./emoji.js')).pick(emoji, chosen => react(row, chosen))
}

/** @param {(answer: import('../types').Jwr) => void} known is told of the answers to what was changed here */
export function watchTools(known) {
  seen = known
  // Not pointerover: a log that scrolls under a resting mouse would take the tools from who walks it by keys.
  list.addEventListener('pointermove', event => attach(rowAt(event.target)))
  list.addEventListener('focusin', event => attach(rowAt(event.target)))
  list.addEventListener('click', clicked)
  log.addEventListener('keydown', keyed)
  document.addEventListener('hubbub:fragment', event => { // the tools stay where they were
    const { replaced } = /** @type {CustomEvent<{ replaced: Element | null }>} */ (event).detail
    if (replaced?.contains(tools)) /** @type {Element} */ (event.target).append(tools)
  })
  $('[data-emoji=compose]')?.addEventListener('click', async event => {
    const { insert } = await import('./composer.js')
    ;(await import('./emoji.js')).pick(/** @type {HTMLElement} */ (event.currentTarget), emoji => insert(emoji))
  })
}
