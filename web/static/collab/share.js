// @ts-check
// The dialog to share a document. The server renders its content, and answers its forms with the new content; when
// another user changes something, the dialog fetches it.
import {
  $, announce, apply, listen, need, parse, place, requestHTML, showProblem, socket, toast,
} from '../core/index.js'
import { docId } from './page.js'

const dialog = need('dialog#doc-share')
const url = `/documents/${docId}/share`

/** @param {import('../socket/types').RequestOptions} request @param {(html: string) => void} [take] */
async function load(request, take = apply) {
  const answer = await requestHTML(request)
  if (answer.error) {
    dialog.close()
    return showProblem('Sharing not updated', answer)
  }
  take(answer.body)
  const address = $('input[data-share-address]')
  if (address) address.value = new URL(`/documents/${docId}`, location.href).href
  return true
}

/** Updates the lists, and keeps the form to add a user, with its error. @param {string} html */
function refreshParts(html) {
  for (const id of ['share-people', 'share-open']) {
    const part = $(`#${id}`, parse(html)[0])
    if (part && !part.isEqualNode($(`#${id}`))) place(part)
  }
}

/** Submits a form here; the browser submits one that leads to another page. @param {HTMLFormElement} form */
async function submit(form) {
  if (form.hasAttribute('data-leaves')) return form.submit()
  const adds = form.classList.contains('share-admit')
  const data = Object.fromEntries(new FormData(form))
  if (!await load({ method: 'POST', url: new URL(form.action).pathname, data })) return
  if (adds) $('#share-name')?.focus()
  if (!$('#share-problem')) announce('Sharing updated.')
}

/** Copies the document's URL, or selects it where the clipboard is not available. */
async function copy() {
  const address = need('input[data-share-address]')
  try {
    await navigator.clipboard.writeText(address.value)
    toast({ title: 'Link copied', icon: 'link', tone: 'ok' })
  } catch {
    address.select()
  }
}

listen('click', '[data-open-share]', (_, event) => {
  event.preventDefault()
  dialog.showModal()
  load({ url })
})
listen('submit', '#doc-share form[data-share-form]', (form, event) => {
  event.preventDefault()
  submit(form)
})
listen('change', '#doc-share [data-share-form] select', ({ form }) => {
  if (form && !form.classList.contains('share-admit')) form.requestSubmit()
})
listen('click', '[data-copy-link]', copy)
listen('click', '[data-print]', () => print())
socket?.on('document', ({ id }) => { if (id === docId && dialog.open) load({ url }, refreshParts) })
