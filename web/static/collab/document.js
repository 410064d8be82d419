// @ts-check
// A document's page. The text that the server rendered is shown until the Y.Doc is synchronised or, without a
// connection, loaded from this browser's copy; then the editor replaces it.
import { $, addShortcuts } from '../core/index.js'
import { Carets } from './carets.js'
import { makeEditor } from './editor.js'
import { watchEnding } from './ending.js'
import { showHere } from './here.js'
import { linkDialog } from './link.js'
import { watchOutline } from './outline.js'
import { session } from './session.js'
import { showStatus, warnBeforeLeaving } from './status.js'
import { threadsExtension } from './threads.js'
import './comments.js'
import './versions.js'
import { watchToolbar } from './toolbar.js'

const OFFLINE_MS = 4_000 // without a connection by then, editing begins on the browser's copy

const { awareness, channel, doc, local, people } = session
const carets = new Carets(awareness, people)
const openLink = linkDialog(() => session.editor)

function begin() {
  if (session.editor) return
  const title = $('input[data-doc-title]')?.value ?? ''
  const editor = session.editor = makeEditor({
    doc, canWrite: channel.canWrite, label: `${title}, document`, link: openLink,
    extensions: [carets.extension(), threadsExtension],
  })
  watchToolbar(editor, openLink)
  watchOutline(editor)
  session.emit('ready', editor)
}

channel.on('synced', begin)
showStatus(channel, local)
showHere(people, awareness)
watchEnding(session)
warnBeforeLeaving(channel, local)
await local.open(doc)
channel.open()
if (local.found) setTimeout(begin, OFFLINE_MS)

addShortcuts('In a document', [
  ['Alt F10', 'Go to the formatting toolbar (Esc to go back)'],
  ['Esc Tab', 'Leave the text'],
  ['Ctrl Shift K', 'Link'],
  ['Ctrl Alt 2', 'Heading'],
  ['Ctrl Shift 9', 'Checklist'],
])
