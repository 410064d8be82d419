// The tree of a document, read by yjs' public API, in the form of the Go tests.
import { isDeepStrictEqual } from "node:util"
import * as Y from "yjs"

export const trees = doc => ({
  text: tree(doc.getText("text")),
  map: tree(doc.getMap("map")),
  array: tree(doc.getArray("array")),
  prosemirror: tree(doc.getXmlFragment("prosemirror")),
})

export const same = isDeepStrictEqual

export function tree(type) {
  if (type instanceof Y.XmlText || type instanceof Y.Text) return node({ children: runs(type) }, type)
  if (type instanceof Y.XmlElement) return node({ type: type.nodeName, attrs: attributes(type.getAttributes()), children: children(type) })
  if (type instanceof Y.XmlFragment) return node({ children: children(type) })
  if (type instanceof Y.Map) return node({ attrs: attributes(Object.fromEntries(type.entries())) })
  return node({ children: type.toArray().map(child) })
}

const node = fields => Object.fromEntries(Object.entries(fields).filter(([, v]) =>
  v !== undefined && v !== null && v !== "" && !(Array.isArray(v) && v.length === 0) && !(v.constructor === Object && Object.keys(v).length === 0)))

const attributes = entries => Object.fromEntries(Object.entries(entries).map(([k, v]) => [k, value(v)]))

const children = type => joined(type.toArray().flatMap(c => c instanceof Y.XmlText ? runs(c) : [child(c)]))

const child = v => v instanceof Y.AbstractType ? tree(v) : node({ value: value(v) })

const runs = text => joined(text.toDelta().map(({ insert, attributes: marks }) =>
  typeof insert === "string" ? node({ text: insert, marks })
    : insert instanceof Y.AbstractType ? tree(insert)
      : node({ value: value(insert), marks })))

/** Joins adjacent runs with the same marks, which yjs may return. */
function joined(nodes) {
  const out = []
  for (const n of nodes) {
    const before = out.at(-1)
    if (before?.text && n.text && same(before.marks ?? {}, n.marks ?? {})) before.text += n.text
    else out.push({ ...n })
  }
  return out
}

function value(v) {
  if (v instanceof Y.AbstractType) return tree(v)
  if (v instanceof Y.Doc) return v.guid
  if (v instanceof Uint8Array) return { bytes: Buffer.from(v).toString("base64") }
  if (typeof v === "bigint") return v + "n"
  if (typeof v === "number") return Number.isFinite(v) ? v : null
  if (Array.isArray(v)) return v.map(value)
  if (v && typeof v === "object") return attributes(v)
  return v ?? null
}
