// The y-websocket package as it is, for a test in Go: a command in JSON a line, an answer in JSON a line.
import { createInterface } from 'node:readline'
import * as Y from 'yjs'
import { WebsocketProvider } from 'y-websocket'

const open = new Map()
let denied = 0
console.warn = text => { if (text.startsWith('Permission denied')) denied++ }

/** A browser sends the session's cookie; here a token says who it is. */
const signedBy = token => class extends WebSocket {
  constructor(url) { super(url, { headers: { Authorization: `Bearer ${token}` } }) }
}

/** The last text of the page; a page without any gets one. */
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
    for (const letter of text) last.insert(last.length, letter) // an update each
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
