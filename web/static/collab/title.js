// @ts-check
// The title, which is not part of the document's text. Leaving the field renames the document.
import { $, announce, socket, toast } from '../core/index.js'
import { docId } from './page.js'

const field = /** @type {HTMLInputElement} */ ($('[data-doc-title]'))
let saved = field.value

/** @param {string} title */
function show(title) {
  saved = title
  if (document.activeElement !== field) field.value = title
  const heading = $('[data-doc-name]')
  if (heading) heading.textContent = title
  document.title = document.title.replace(/^(\(\d+\+?\) )?.* · /, `$1${title} · `)
}

async function rename() {
  const title = field.value.trim()
  if (!title || title === saved || field.readOnly) return void (field.value = saved)
  const answer = await /** @type {import('../socket/types').Socket} */ (socket).patch(`/api/documents/${docId}`, { title })
  if (!answer.error) {
    show(answer.body.title)
    return announce(`Renamed to ${answer.body.title}.`)
  }
  field.value = saved
  toast({ title: 'Not renamed', body: answer.error.message, icon: 'circle-alert', tone: 'bad' })
}

/** @param {KeyboardEvent} event */
function onKeydown(event) {
  if (event.key === 'Escape') field.value = saved
  if (event.key === 'Escape' || event.key === 'Enter') field.blur()
  if (event.key === 'Enter') event.preventDefault()
}

field.addEventListener('change', rename)
field.addEventListener('blur', () => { field.value = field.value.trim() || saved })
field.addEventListener('keydown', onKeydown)
socket?.on('document', ({ verb, id, data }) => {
  if (id === docId && verb === 'updated' && data?.title) show(data.title)
})
