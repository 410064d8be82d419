// @ts-check
// One set of tools, which moves to the message that has the pointer or the focus.
import {
  $, announce, closest, copyOf, el, need, parse, place, requestHTML, showProblem, toast, watchFragments,
} from '../core/index.js'
import { box, insert, reply } from './composer.js'
import { edit } from './edit.js'
import { bringIntoView, keepPlace, rows, show, tidy } from './log.js'
import { list, log, role, roomId, socket } from './room.js'
import { idOf, isOwn, personalize, textOf } from './row.js'

const tools = copyOf(need('template#message-tools'))
const archived = log.hasAttribute('data-archived')

/** @param {EventTarget | null} target */
const rowAt = target => closest(target, '.message[id]')

/** @param {HTMLElement | null} row */
function attach(row) {
  if (!row || tools.parentElement === row || tools.contains(document.activeElement)) return
  const own = isOwn(row)
  showTool('edit', own && !archived)
  showTool('delete', (own || role() === 'owner') && !archived)
  showTool('reply', !archived)
  const react = $('[data-emoji]', tools)
  if (react) react.hidden = archived
  row.append(tools)
}

/** @param {string} what @param {boolean} allowed */
function showTool(what, allowed) {
  const button = $(`[data-do=${what}]`, tools)
  if (button) button.hidden = !allowed
}

/** The tools' actions, by data-do. @type {Record<string, (row: HTMLElement) => void>} */
const actions = { reply, edit, delete: confirmDelete, link: copyLink }

/** @param {HTMLElement} row */
async function copyLink(row) {
  const url = new URL(`/rooms/${roomId}?message=${idOf(row)}`, location.href)
  try {
    await navigator.clipboard.writeText(url.href)
    toast({ title: 'Link copied', icon: 'link', tone: 'ok' })
  } catch { // no permission, or not a secure origin
    history.replaceState(null, '', url)
    toast({ title: 'Copy the link from the address bar', icon: 'link' })
  }
}

/** @param {HTMLElement} row */
function confirmDelete(row) {
  const dialog = need('dialog#delete-message')
  const excerpt = $('[data-excerpt]', dialog)
  if (excerpt) excerpt.textContent = textOf(row)
  dialog.returnValue = ''
  dialog.addEventListener('close', () => { if (dialog.returnValue === 'delete') deleteMessage(row) }, { once: true })
  dialog.showModal()
}

/** @param {HTMLElement} row */
async function deleteMessage(row) {
  const answer = await socket.delete(`/api/chat/messages/${idOf(row)}`)
  if (answer.error && answer.statusCode !== 404) return showProblem('Message not deleted', answer)
  const neighbour = row.nextElementSibling ?? row.previousElementSibling
  removeRow(row.id)
  if (neighbour instanceof HTMLElement && neighbour.matches('.message')) neighbour.focus({ preventScroll: true })
  else box?.focus()
  if (!answer.error) markSeen(answer)
}

/** Removes a row, and its text from the quotes of it. @param {string} id */
export function removeRow(id) {
  const quotes = list.querySelectorAll(`[data-quote="${id.replace('message-', '')}"] .truncate`)
  for (const quote of quotes) quote.replaceWith(el('span', { class: 'truncate gone' }, 'deleted message'))
  keepPlace(() => {
    place(el('li', { id, 'data-remove': true }))
    tidy()
  })
}

/** Adds the user's reaction, or removes it. @param {HTMLElement} row @param {string} emoji */
async function react(row, emoji) {
  const url = `/api/chat/messages/${idOf(row)}/reactions`
  const answer = await requestHTML({ method: 'POST', url, data: { emoji } })
  if (answer.error) return showProblem('Reaction not added', answer)
  show(parse(answer.body).map(personalize))
  markSeen(answer)
}

/** @type {(answer: import('../socket/types').Answer) => void} */
let markSeen = () => {}

/** The log is one tab stop: arrow keys move from message to message, Tab to the tools. @param {KeyboardEvent} event */
function onKeydown(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target instanceof HTMLTextAreaElement) return
  const all = rows()
  const row = closest(document.activeElement, '.message')
  const at = row ? all.indexOf(row) : all.length
  if (event.key === 'Escape') box?.focus()
  else if (event.key.toLowerCase() === 'e' && row?.id && isOwn(row) && !archived) edit(row)
  else if (event.key === 'Home') focusOn(all[0])
  else if (event.key === 'End') focusOn(all.at(-1))
  else if (event.key === 'ArrowUp') focusOn(all[at - 1])
  else if (event.key === 'ArrowDown' && row) focusOn(all[at + 1] ?? box)
  else return
  event.preventDefault()
}

/** @param {HTMLElement | null | undefined} to */
const focusOn = to => to?.focus()

/**
 * Goes to a quoted message in the log; the link opens if it is not there.
 * @param {HTMLElement} link @param {Event} event
 */
function follow(link, event) {
  const row = document.getElementById(`message-${link.dataset.quote}`)
  if (!row) return
  event.preventDefault()
  for (const other of list.querySelectorAll('.is-target')) other.classList.remove('is-target')
  row.classList.add('is-target')
  bringIntoView(row)
  row.focus({ preventScroll: true })
}

/** @param {MouseEvent} event */
async function onClick(event) {
  const { target } = event
  const row = rowAt(target)
  const tool = closest(target, '[data-do]')
  const reaction = closest(target, '.reaction')
  const emoji = closest(target, '[data-emoji=react]')
  const quote = closest(target, '[data-quote]')
  if (quote) return follow(quote, event)
  if (!row) return
  if (tool) actions[tool.dataset.do ?? '']?.(row)
  else if (reaction) archived ? announce('This room is archived.') : react(row, reaction.dataset.react ?? '')
  else if (emoji) (await import('./emoji.js')).pick(emoji, chosen => react(row, chosen))
}

/**
 * @param {(answer: import('../socket/types').Answer) => void} onAnswer called with the answer to each change made here
 */
export function watchTools(onAnswer) {
  markSeen = onAnswer
  // Not pointerover, which also fires when the log scrolls under a resting mouse: a keyboard user would lose the tools.
  list.addEventListener('pointermove', event => attach(rowAt(event.target)))
  list.addEventListener('focusin', event => attach(rowAt(event.target)))
  list.addEventListener('click', onClick)
  log.addEventListener('keydown', onKeydown)
  watchFragments((row, replaced) => { if (replaced?.contains(tools)) row.append(tools) })
  const button = $('[data-emoji=compose]')
  button?.addEventListener('click', async () => (await import('./emoji.js')).pick(button, emoji => insert(emoji)))
}
