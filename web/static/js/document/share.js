// @ts-check
// The dialog in which a document is shared. The server draws its content, and answers its forms with it anew; what
// others change meanwhile is asked for.
import { $, announce, apply, listen, parse, place, socket, toast } from '../app.js'
import { docId } from './page.js'

const dialog = /** @type {HTMLDialogElement} */ ($('dialog#doc-share'))
const url = `/documents/${docId}/share`
const headers = { Accept: 'text/html' }

/** @param {{ method?: string, url: string, data?: object }} request @param {(html: string) => void} [take] */
async function ask(request, take = apply) {
  const answer = await /** @type {import('../types').Socket} */ (socket).request({ ...request, headers })
  if (answer.error) return failed(answer.error)
  take(answer.body)
  const address = /** @type {HTMLInputElement | null} */ ($('[data-share-address]'))
  if (address) address.value = new URL(`/documents/${docId}`, location.href).href
  return true
}

/** What others changed; who is being added, and why that did not work, stays. @param {string} html */
function renew(html) {
  for (const id of ['share-people', 'share-open']) {
    const part = $(`#${id}`, parse(html)[0])
    if (part && !part.isEqualNode($(`#${id}`))) place(part)
  }
}

/** @param {Error} error */
function failed(error) {
  dialog.close()
  toast({ title: 'That did not work', body: error.message, icon: 'circle-alert', tone: 'bad' })
}

/** Leaving leads to another page, which the browser opens. @param {HTMLFormElement} form */
async function submit(form) {
  if (form.hasAttribute('data-leaves')) return form.submit()
  const adds = form.classList.contains('share-admit')
  const taken = await ask({ method: 'POST', url: new URL(form.action).pathname, data: Object.fromEntries(new FormData(form)) })
  if (!taken) return
  if (adds) $('#share-name')?.focus()
  if (!$('#share-problem')) announce('Changed.')
}

/** Where the clipboard is not to be had, the address is chosen, to be copied by hand. */
async function copy() {
  const address = /** @type {HTMLInputElement} */ ($('[data-share-address]'))
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
  ask({ url })
})
listen('submit', '#doc-share [data-share-form]', (form, event) => {
  event.preventDefault()
  submit(/** @type {HTMLFormElement} */ (form))
})
listen('change', '#doc-share [data-share-form] select', select => {
  const form = /** @type {HTMLSelectElement} */ (select).form
  if (form && !form.classList.contains('share-admit')) form.requestSubmit()
})
listen('click', '[data-copy-link]', copy)
listen('click', '[data-print]', () => print())
socket?.on('document', ({ id }) => { if (id === docId && dialog.open) ask({ url }, renew) })
