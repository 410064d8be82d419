// @ts-check
// Editing a message in its row, as the Markdown that its author wrote.
import { $, $$, closest, copyOf, need, parse, problem, requestHTML, toast, watchFragments } from '../core/index.js'
import { box } from './composer.js'
import { keepPlace, show } from './log.js'
import { list, roomId, socket } from './room.js'
import { idOf, personalize } from './row.js'

/** @type {(answer: import('../socket/types').Answer) => void} */
let markSeen = () => {}

/** @param {HTMLElement} row of the user's own message */
export async function edit(row) {
  if ($('.editor', row)) return
  const id = idOf(row)
  const answer = await socket.get('/api/chat/messages', { roomId, around: id, limit: 1 })
  const message = answer.error ? undefined : answer.body.find(m => m.id === id)
  if (!message) {
    const body = answer.error ? problem(answer) : 'Someone deleted it.'
    return toast({ title: 'You can’t edit this message', body, icon: 'circle-alert', tone: 'bad' })
  }
  open(document.getElementById(row.id) ?? row, message.text)
}

/** @param {HTMLElement} row @param {string} text */
function open(row, text) {
  for (const other of $$('.is-editing', list)) close(other)
  const form = copyOf(need('template#edit-message'))
  const area = need('textarea', form)
  area.value = text
  area.dataset.before = text
  keepPlace(() => {
    row.classList.add('is-editing')
    $('.body', row)?.after(form)
  })
  area.focus()
  area.setSelectionRange(text.length, text.length)
  area.scrollIntoView({ block: 'nearest' })
}

/** @param {HTMLElement} row */
function close(row) {
  keepPlace(() => {
    row.classList.remove('is-editing')
    $('.editor', row)?.remove()
  })
}

/** @param {HTMLFormElement} form */
async function save(form) {
  const area = need('textarea', form)
  const row = closest(form, '.message')
  if (!row || area.value === area.dataset.before) return leave(row)
  const url = `/api/chat/messages/${idOf(row)}`
  const answer = await requestHTML({ method: 'PATCH', url, data: { text: area.value } })
  if (answer.error) {
    need('[data-problem]', form).textContent = `Not saved. ${problem(answer, 'The message')}`
    return
  }
  leave(closest(form, '.message')) // the row may have been replaced
  show(parse(answer.body).map(personalize))
  markSeen(answer)
}

/** @param {HTMLElement | null} row */
function leave(row) {
  if (row) close(row)
  box?.focus()
}

/** @param {(answer: import('../socket/types').Answer) => void} onAnswer called with the answer to each saved edit */
export function watchEditing(onAnswer) {
  markSeen = onAnswer
  list.addEventListener('submit', event => {
    event.preventDefault()
    if (event.target instanceof HTMLFormElement) save(event.target)
  })
  list.addEventListener('click', event => {
    const cancel = closest(event.target, '[data-cancel]')
    if (cancel) leave(closest(cancel, '.message'))
  })
  list.addEventListener('keydown', event => {
    const form = event.target instanceof HTMLTextAreaElement ? event.target.form : null
    if (!form) return
    if (event.key === 'Escape') leave(closest(form, '.message'))
    else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) form.requestSubmit()
    else return
    event.preventDefault()
    event.stopPropagation()
  })
  // The row may be replaced while it is edited, for example by a reaction: the open form moves to the new row.
  watchFragments((row, replaced) => {
    const form = $('.editor', replaced ?? undefined)
    if (!form || !row.matches('.message') || $('.editor', row) || form.isConnected) return
    row.classList.add('is-editing')
    $('.body', row)?.after(form)
    if (document.activeElement === row) $('textarea', form)?.focus()
  })
}
