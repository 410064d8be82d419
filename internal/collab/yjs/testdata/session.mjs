// A session: three to five clients that write concurrently, are offline for a while, and
// get each other's updates late, twice and in any order.
import { Schema } from "prosemirror-model"
import { initProseMirrorDoc, updateYFragment } from "y-prosemirror"
import * as Y from "yjs"

const schema = new Schema({
  nodes: {
    doc: { content: "block+" },
    paragraph: { group: "block", content: "inline*" },
    heading: { group: "block", content: "inline*", attrs: { level: { default: 1 } } },
    bulletList: { group: "block", content: "listItem+" },
    listItem: { content: "block+" },
    text: { group: "inline" },
    hardBreak: { group: "inline", inline: true },
  },
  marks: { bold: {}, italic: {}, link: { attrs: { href: {} } } },
})

export class Random {
  constructor(seed) { this.state = seed * 2654435761 >>> 0 || 1 }
  next() { // mulberry32
    this.state = this.state + 0x6d2b79f5 >>> 0
    let t = this.state
    t = Math.imul(t ^ t >>> 15, t | 1)
    t ^= t + Math.imul(t ^ t >>> 7, t | 61)
    return ((t ^ t >>> 14) >>> 0) / 4294967296
  }
  int(from, to) { return from + Math.floor(this.next() * (to - from + 1)) }
  chance(p) { return this.next() < p }
  pick(list) { return list[this.int(0, list.length - 1)] }
}

const words = ["a", "be", "über", "𝒳y", "😀", "end. ", "\n", "漢字", "the quick brown fox", " "]
const values = [1, -7, 3.25, 1e300, NaN, true, false, null, undefined, "text", 12n, { a: [1, { b: "c" }] }, [], new Uint8Array([1, 2, 250]), -0.1, 2 ** 40, 0]
const listed = [...values.filter(v => v !== undefined && typeof v !== "bigint"), { n: 12n, u: undefined }]

export function session(seed) {
  const random = new Random(seed)
  const ids = new Set()
  while (ids.size < 5) ids.add(random.pick([() => random.int(1, 9), () => random.int(1, 2 ** 32 - 1), () => random.int(2 ** 33, 2 ** 53 - 1)])())
  const clients = [...ids].slice(0, random.int(3, 5)).map(id => client(id, random))
  const updates = [], states = []
  for (const c of clients) {
    c.doc.on("update", (update, origin) => {
      if (origin === "remote") return
      updates.push(update)
      for (const other of clients) if (other !== c) other.inbox.push(...(random.chance(0.1) ? [update, update] : [update]))
    })
  }
  for (let i = 0, n = random.int(20, 70); i < n; i++) {
    const c = random.pick(clients)
    edit(c, random)
    const reader = random.pick(clients)
    if (random.chance(0.6)) deliver(reader, random, random.int(1, 12))
    if (states.length < 5 && random.chance(0.08)) { deliverAll(reader, random); states.push(snapshot(reader.doc)) }
  }
  if (updates.length < 2) clients[0].doc.getText("text").insert(0, "ab"), clients[1].doc.getText("text").insert(0, "c")
  return { updates, states, random }
}

/** A state to compare with, without pending updates. */
function snapshot(doc) {
  const structs = doc.store.pendingStructs, deletes = doc.store.pendingDs
  doc.store.pendingStructs = doc.store.pendingDs = null
  const state = Y.encodeStateAsUpdate(doc)
  doc.store.pendingStructs = structs
  doc.store.pendingDs = deletes
  return state
}

function client(id, random) {
  const doc = new Y.Doc({ gc: random.chance(0.7) })
  doc.clientID = id
  const undo = new Y.UndoManager([doc.getText("text"), doc.getXmlFragment("prosemirror"), doc.getMap("map")], { captureTimeout: 0 })
  return { doc, undo, inbox: [] }
}

function deliver(c, random, n) {
  for (; n > 0 && c.inbox.length > 0; n--) {
    const at = random.chance(0.3) ? random.int(0, c.inbox.length - 1) : 0
    Y.applyUpdate(c.doc, c.inbox.splice(at, 1)[0], "remote")
  }
}

const deliverAll = (c, random) => deliver(c, random, Infinity)

function edit(c, random) {
  random.pick([editText, editText, editText, editPage, editPage, editMap, editArray, undo, nest])(c, random)
}

function editText({ doc }, random) {
  const text = doc.getText("text")
  const at = random.int(0, text.length)
  const some = Math.min(random.int(1, 6), text.length - at)
  const insert = () => text.insert(at, random.pick(words), random.chance(0.2) ? { bold: true } : undefined)
  const type = () => { for (const letter of "typed") text.insert(Math.min(at, text.length), letter) }
  const remove = () => text.delete(at, some)
  const format = () => text.format(at, some, random.pick([{ bold: true }, { bold: null }, { link: { href: "/x" } }, { italic: true }]))
  const embed = () => text.insertEmbed(at, { image: "x" + at }, random.chance(0.3) ? { wide: 1 } : undefined)
  doc.transact(() => { for (let i = random.int(1, 3); i > 0; i--) { if (text.length >= at + some) random.pick([insert, insert, type, remove, remove, format, embed])() } })
}

function editMap({ doc }, random) {
  const map = doc.getMap("map")
  const key = random.pick(["a", "b", "c", "ключ"])
  if (random.chance(0.2)) map.delete(key)
  else map.set(key, random.chance(0.2) ? new Y.Text("in a map") : random.chance(0.05) ? new Y.Doc({ guid: "sub" }) : random.pick(values))
}

function editArray({ doc }, random) {
  const array = doc.getArray("array")
  const at = random.int(0, array.length)
  if (random.chance(0.4) && array.length > at) array.delete(at, Math.min(random.int(1, 3), array.length - at))
  else array.insert(at, Array.from({ length: random.int(1, 5) }, () => random.pick(listed)))
}

function nest({ doc }, random) {
  const array = doc.getArray("array")
  const inner = array.toArray().find(v => v instanceof Y.Map)
  if (inner) inner.set(random.pick(["x", "y"]), random.chance(0.5) ? new Y.Array() : random.pick(values))
  else array.insert(0, [new Y.Map([["x", new Y.XmlText("deep")]])])
}

function undo({ undo }, random) {
  if (random.chance(0.6)) undo.undo()
  else undo.redo()
}

function editPage({ doc }, random) {
  const page = doc.getXmlFragment("prosemirror")
  const { doc: before, meta } = initProseMirrorDoc(page, schema)
  const json = before.toJSON()
  const blocks = json.content ?? []
  for (let i = random.int(1, 3); i > 0; i--) change(blocks, random)
  if (blocks.length === 0) blocks.push({ type: "paragraph" })
  doc.transact(() => updateYFragment(doc, page, schema.nodeFromJSON({ type: "doc", content: blocks }), meta))
}

function change(blocks, random) {
  const at = random.int(0, blocks.length)
  const block = blocks[at]
  if (!block || random.chance(0.3)) blocks.splice(at, 0, fresh(random))
  else if (random.chance(0.2)) blocks.splice(at, 1)
  else if (block.type === "bulletList") random.pick(block.content).content.push(fresh(random))
  else if (block.type === "heading" && random.chance(0.3)) block.attrs = { level: random.int(1, 3) }
  else block.content = inline(block.content ?? [], random)
}

const fresh = random => random.pick([
  () => ({ type: "paragraph", content: inline([], random) }),
  () => ({ type: "heading", attrs: { level: random.int(1, 3) }, content: inline([], random) }),
  () => ({ type: "bulletList", content: [{ type: "listItem", content: [{ type: "paragraph", content: inline([], random) }] }] }),
])()

function inline(content, random) {
  const at = random.int(0, content.length)
  if (content[at]?.text && random.chance(0.7)) {
    const cut = random.int(0, content[at].text.length)
    const text = content[at].text.slice(0, cut) + random.pick(words) + content[at].text.slice(cut + random.int(0, 3))
    return content.with(at, { ...content[at], text: text || "x" })
  }
  const marks = random.pick([[], [], [{ type: "bold" }], [{ type: "italic" }, { type: "bold" }], [{ type: "link", attrs: { href: "/" + at } }]])
  return content.toSpliced(at, 0, random.chance(0.1) ? { type: "hardBreak" } : { type: "text", text: random.pick(words), marks })
}
