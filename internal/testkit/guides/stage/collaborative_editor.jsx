// What the second guide leaves to its reader: the editor, the carets, and what carries `sync` and `update`: the stock
// provider of y-websocket, in a document of its own.
import { useEffect, useRef, useState } from 'react'
import * as Yjs from 'yjs'
import { WebsocketProvider } from 'y-websocket'
import { mount } from './mount.js'

const Y = { ...Yjs, Doc: class extends Yjs.Doc { constructor() { super(); guide.doc = this } } }

function io(_, { query: { docId } }) {
  const doc = new Yjs.Doc(), handlers = {}
  const provider = new WebsocketProvider(`${location.origin.replace('http', 'ws')}/api/documents/${docId}`, 'yjs', doc, { disableBc: true })
  const tell = (event, data) => handlers[event]?.(data)
  provider.once('sync', () => tell('sync', Yjs.encodeStateAsUpdate(doc)))
  doc.on('update', (update, origin) => { if (origin === provider) tell('update', update) })
  provider.awareness.on('change', ({ added, updated, removed }) => {
    for (const id of [...added, ...updated]) tell('cursor', { id, ...provider.awareness.getStates().get(id)?.cursor })
    for (const id of removed) tell('cursor:remove', { id })
  })
  guide.provider = provider
  return {
    on(event, handler) { handlers[event] = handler },
    emit(event, data) { if (event === 'update') Yjs.applyUpdate(doc, new Uint8Array(data), 'guide') },
    close() { provider.destroy() },
  }
}

const Editor = () => null
const RemoteCursor = ({ id, at }) => <i data-cursor={id}>{at}</i>

/** The last text of the page. */
const last = page => page.get(page.length - 1).get(0)

globalThis.guide = {
  mount(docId) { guide.unmount = mount(<CollaborativeEditor docId={docId} />) },
  read: () => guide.doc.getXmlFragment('prosemirror').toString(),
  write(text) { const place = last(guide.doc.getXmlFragment('prosemirror')); place.insert(place.length, text) },
  point(at) { guide.provider.awareness.setLocalStateField('cursor', { at }) },
}
