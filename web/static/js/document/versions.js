// @ts-check
// The panel of versions. The server draws them, and what has changed since; restoring one is an edit like any other:
// it merges with what others write meanwhile, and can be undone.
import { $, announce, apply, listen, socket, toast } from '../app.js'
import { docId } from './page.js'
import { session } from './session.js'
import { closePanel, openPanel, showPanel } from './side.js'

const NAME = 'versions'
const io = /** @type {import('../types').Socket} */ (socket)
const dialog = /** @type {HTMLDialogElement} */ ($('dialog#doc-version'))
const url = `/documents/${docId}/versions`
const headers = { Accept: 'text/html' }

/** @param {Error} error */
const failed = error => void toast({ title: 'That did not work', body: error.message, icon: 'circle-alert', tone: 'bad' })

async function open() {
  if (openPanel() === NAME) return closePanel()
  showPanel(NAME, 'Versions').append(Object.assign(document.createElement('div'), { id: 'versions-panel', ariaBusy: 'true' }))
  await refresh()
}

/** @param {import('../types').RequestOptions} [request] */
async function refresh(request = { url }) {
  const answer = await io.request({ ...request, headers })
  if (answer.error) return failed(answer.error)
  if (openPanel() === NAME) apply(answer.body)
}

/** @param {string} id */
async function preview(id) {
  const answer = await io.request({ url: `${url}/${id}`, headers })
  if (answer.error) return failed(answer.error)
  apply(answer.body)
  const title = $('#doc-version-title')
  if (title) title.textContent = $('#version-preview')?.dataset.versionTitle ?? ''
  if (!dialog.open) dialog.showModal()
}

/** How it is now is kept first. @param {string} id */
async function restore(id) {
  const kept = await io.post(`/api${url}`, { restoring: true })
  const answer = kept.error ? kept : await io.get(`/api${url}/${id}`)
  if (answer.error) return failed(answer.error)
  dialog.close()
  if (!session.replaceWith(Uint8Array.from(atob(answer.body.update), letter => letter.charCodeAt(0)))) return
  refresh()
  toast({ title: 'Restored', body: 'Undo takes it back. How it was before is a version too.', icon: 'undo-2', tone: 'ok' })
}

listen('click', '[data-open-versions]', open)
listen('click', '#doc-side [data-version]', (link, event) => {
  event.preventDefault()
  preview(link.dataset.version ?? '')
})
listen('click', '[data-restore]', button => restore(button.dataset.restore ?? ''))
listen('submit', '#doc-side [data-version-form]', async (form, event) => {
  event.preventDefault()
  await refresh({ method: 'POST', url, data: Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (form))) })
  if (!$('#version-name-note')) announce('A version was kept.')
})
io.on('versionAdded', ({ docId: id }) => { if (openPanel() === NAME && (id === undefined || id === docId)) refresh() })
