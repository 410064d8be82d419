// @ts-check
// The form for a new message. A message goes to the offline queue; text that was not sent is kept as the room's draft.
import { $, announce, uuid } from '../core/index.js'
import { watchMentions } from '../core/mentions.js'
import { send } from './outbox.js'
import { last } from './log.js'
import { goToLatest } from './paging.js'
import { log, me, roomId } from './room.js'
import { idOf, senderOf, textOf } from './row.js'

const MAX = 2_000 // characters, as the server counts them
const WARN = 200
const EXCERPT = 140
const DRAFT = `draft:${me}:${roomId}`

/** @type {{ id: number, name: string, text: string } | undefined} */
let replyTo

export const form = $('form[data-composer]')
export const box = $('textarea#compose')

/** Makes the next message a reply to this one. @param {HTMLElement} row */
export function reply(row) {
  replyTo = { id: idOf(row), name: senderOf(row), text: textOf(row).slice(0, EXCERPT) }
  showReply()
  box?.focus()
}

function showReply() {
  const bar = $('[data-reply]', form ?? undefined)
  const name = $('[data-reply-name]')
  const text = $('[data-reply-text]')
  if (!bar || !name || !text) return
  bar.hidden = !replyTo
  name.textContent = replyTo?.name ?? ''
  text.textContent = replyTo?.text ?? ''
}

export function cancelReply() {
  replyTo = undefined
  showReply()
}

/** Inserts text at the caret. @param {string} text */
export function insert(text) {
  if (!box) return
  box.focus()
  box.setRangeText(text, box.selectionStart, box.selectionEnd, 'end')
  box.dispatchEvent(new Event('input', { bubbles: true }))
}

/** @type {(() => void)[]} */
const sentListeners = []

/** Calls fn when the user has sent a message. @param {() => void} fn */
export const onSent = fn => { sentListeners.push(fn) }

async function submit() {
  if (!box) return
  const text = box.value
  if (!text.trim() || problem()) return box.focus()
  if (last()) await goToLatest()
  send({ clientId: uuid(), roomId, text, at: new Date().toISOString(), replyTo })
  for (const listener of sentListeners) listener()
  box.value = ''
  cancelReply()
  update()
}

/** Saves the draft, and shows problems and the characters left. */
function update() {
  if (!box) return
  if (box.value) localStorage.setItem(DRAFT, box.value)
  else localStorage.removeItem(DRAFT)
  const place = $('[data-problem]', form ?? undefined)
  const left = $('[data-left]')
  const remaining = MAX - [...box.value].length
  const words = problem()
  if (place && place.textContent !== words) place.textContent = words
  box.toggleAttribute('aria-invalid', !!words)
  if (!left) return
  left.hidden = remaining > WARN
  left.textContent = String(remaining).replace('-', '−')
}

/** The problem with the text, for its author; '' if there is none. */
function problem() {
  const over = [...box?.value ?? ''].length - MAX
  return over > 0 ? `Shorten your message by ${over} character${over > 1 ? 's' : ''}.` : ''
}

/** @param {KeyboardEvent} event */
function onKeydown(event) {
  if (!box || event.defaultPrevented) return
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault()
    form?.requestSubmit()
  } else if (event.key === 'ArrowUp' && !box.value) {
    event.preventDefault()
    last()?.focus()
  } else if (event.key === 'Escape' && replyTo) cancelReply()
}

/** Inserts "@", for users who do not know that it mentions a member. */
function insertMention() {
  const begins = !box?.value || /\s$/.test(box.value.slice(0, box.selectionStart))
  insert(begins ? '@' : ' @')
}

export function watchComposer() {
  if (!form || !box) return
  watchMentions(box)
  $('[data-mention]')?.addEventListener('click', insertMention)
  form.noValidate = true // no browser message about an empty text
  if (!box.value) box.value = localStorage.getItem(DRAFT) ?? ''
  update()
  form.addEventListener('submit', event => {
    event.preventDefault()
    submit()
  })
  box.addEventListener('input', update)
  box.addEventListener('keydown', onKeydown)
  $('[data-reply-cancel]')?.addEventListener('click', () => { cancelReply(); box?.focus() })
  if (matchMedia('(hover: hover)').matches && !log.dataset.target) box.focus({ preventScroll: true })
  if (box.getAttribute('aria-invalid') === 'true') announce($('[data-problem]')?.textContent ?? '', 'assertive')
}
