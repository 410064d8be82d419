// @ts-check
// The panel of versions. The server renders them and what has changed since. Restoring one is an edit like any other:
// it merges with concurrent edits of other users, and can be undone.
import { $, announce, apply, listen, need, requestHTML, showProblem, toast } from '../core/index.js'
import { docId } from './page.js'
import { session } from './session.js'
import { closePanel, openPanel, showPanel } from './side.js'

const NAME = 'versions'
const connection = io.socket
const dialog = need('dialog#doc-version')
const url = `/documents/${docId}/versions`

async function open() {
  if (openPanel() === NAME) return closePanel()
  const panel = Object.assign(document.createElement('div'), { id: 'versions-panel', ariaBusy: 'true' })
  showPanel(NAME, 'Versions').append(panel)
  await refresh()
}

/** @param {import('../socket/types').RequestOptions} [request] */
async function refresh(request = { url }) {
  const answer = await requestHTML(request)
  if (answer.error) return showProblem('That didn’t work', answer)
  if (openPanel() === NAME) apply(answer.body)
}

/** @param {string} id */
async function preview(id) {
  const answer = await requestHTML({ url: `${url}/${id}` })
  if (answer.error) return showProblem('That didn’t work', answer)
  apply(answer.body)
  const title = $('#doc-version-title')
  if (title) title.textContent = $('#version-preview')?.dataset.versionTitle ?? ''
  if (!dialog.open) dialog.showModal()
}

/** Keeps the present state as a version, then restores another one. @param {string} id */
async function restore(id) {
  const added = await connection.post(`/api${url}`, { restoring: true })
  const answer = added.error ? added : await connection.get(`/api${url}/${id}`)
  if (answer.error) return showProblem('That didn’t work', answer)
  dialog.close()
  const update = Uint8Array.from(atob(answer.body.update), letter => letter.charCodeAt(0))
  if (!session.replaceWith(update)) return
  refresh()
  const body = 'Use Undo to go back. The earlier text is a version, too.'
  toast({ title: 'Restored', body, icon: 'undo-2', tone: 'ok' })
}

listen('click', '[data-open-versions]', open)
listen('click', '#doc-side [data-version]', (link, event) => {
  event.preventDefault()
  preview(link.dataset.version ?? '')
})
listen('click', '[data-restore]', button => restore(button.dataset.restore ?? ''))
listen('submit', '#doc-side form[data-version-form]', async (form, event) => {
  event.preventDefault()
  await refresh({ method: 'POST', url, data: Object.fromEntries(new FormData(form)) })
  if (!$('#version-name-note')) announce('Version saved.')
})
connection.on('versionAdded', () => { if (openPanel() === NAME) refresh() })
