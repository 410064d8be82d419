// @ts-check
// The title, which is the document's and not of its text: whoever leaves the field has renamed it.
import { $, announce, socket, toast } from '../app.js'
import { docId } from './page.js'

const field = /** @type {HTMLInputElement} */ ($('[data-doc-title]'))
let known = field.value

/** @param {string} title */
function show(title) {
  known = title
  if (document.activeElement !== field) field.value = title
  const heading = $('[data-doc-name]')
  if (heading) heading.textContent = title
  document.title = document.title.replace(/^(\(\d+\+?\) )?.* · /, `$1${title} · `)
}

async function rename() {
  const title = field.value.trim()
  if (!title || title === known || field.readOnly) return void (field.value = known)
  const answer = await /** @type {import('../types').Socket} */ (socket).patch(`/api/documents/${docId}`, { title })
  if (!answer.error) {
    show(answer.body.title)
    return announce(`Renamed to ${answer.body.title}.`)
  }
  field.value = known
  toast({ title: 'Not renamed', body: answer.error.message, icon: 'circle-alert', tone: 'bad' })
}

/** @param {KeyboardEvent} event */
function keyed(event) {
  if (event.key === 'Escape') field.value = known
  if (event.key === 'Escape' || event.key === 'Enter') field.blur()
  if (event.key === 'Enter') event.preventDefault()
}

field.addEventListener('change', rename)
field.addEventListener('blur', () => { field.value = field.value.trim() || known })
field.addEventListener('keydown', keyed)
socket?.on('document', ({ verb, id, data }) => { if (id === docId && verb === 'updated' && data?.title) show(data.title) })
