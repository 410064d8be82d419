// @ts-check
// The title, which is not part of the document's text. Leaving the field renames the document.
import { $, announce, need, showProblem, socket } from '../core/index.js'
import { docId } from './page.js'

const field = need('input[data-doc-title]')
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
  const answer = await io.socket.patch(`/api/documents/${docId}`, { title })
  if (!answer.error) {
    show(answer.body.title)
    return announce(`Renamed to ${answer.body.title}.`)
  }
  field.value = saved
  showProblem('Document not renamed', answer)
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
socket?.on('document', change => {
  if (change.id === docId && change.verb === 'updated' && change.data.title) show(change.data.title)
})
