// Runs unmodified providers of y-websocket for a Go test: it reads one command in JSON per line and answers with one
// line of JSON.
import { createInterface } from 'node:readline'
import * as Y from 'yjs'
import { WebsocketProvider } from 'y-websocket'

const open = new Map()
let denied = 0
console.warn = text => { if (text.startsWith('Permission denied')) denied++ }

/** A WebSocket that authenticates by a bearer token, where a browser would send the session's cookie. */
const signedBy = token => class extends WebSocket {
  constructor(url) { super(url, { headers: { Authorization: `Bearer ${token}` } }) }
}

/** Returns the last text of the document, and inserts one if there is none. */
function lastText(doc) {
  const page = doc.getXmlFragment('prosemirror'), last = page.get(page.length - 1)
  if (!last.length) last.insert(0, [new Y.XmlText()])
  return last.get(last.length - 1)
}

const commands = {
  open({ name, url, token }) {
    const doc = new Y.Doc()
    const provider = new WebsocketProvider(url, 'yjs', doc, { WebSocketPolyfill: signedBy(token), disableBc: true })
    open.set(name, { doc, provider })
  },
  write({ name, text }) {
    const last = lastText(open.get(name).doc)
    for (const letter of text) last.insert(last.length, letter) // one update for each letter
  },
  caret({ name, at }) { open.get(name).provider.awareness.setLocalStateField('cursor', at) },
  disconnect({ name }) { open.get(name).provider.disconnect() },
  connect({ name }) { open.get(name).provider.connect() },
  state({ name }) {
    const { doc, provider } = open.get(name), carets = [...provider.awareness.getStates().values()].map(state => state.cursor)
    return { text: doc.getXmlFragment('prosemirror').toString(), synced: provider.synced, carets: carets.filter(Boolean), denied }
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line)
  console.log(JSON.stringify(commands[command.do](command) ?? {}))
}
process.exit(0)
