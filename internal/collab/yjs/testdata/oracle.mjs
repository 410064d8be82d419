// Answers the differential tests with yjs itself: a JSON request a line on
// stdin, its answer a line on stdout.
import { createInterface } from "node:readline"
import * as Y from "yjs"
import { applyAwarenessUpdate, Awareness } from "y-protocols/awareness"
import { same, tree, trees } from "./trees.mjs"
import { session } from "./session.mjs"

const decode = text => new Uint8Array(Buffer.from(text, "base64"))
const encode = bytes => Buffer.from(bytes).toString("base64")

const docOf = (...updates) => {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  return doc
}

const waits = doc => doc.store.pendingStructs !== null || doc.store.pendingDs !== null

/** The last session, for the commands after it. */
let last

const commands = {
  session({ seed }) {
    last = session(seed)
    const { updates, states, random } = last
    const merged = Y.mergeUpdates(updates)
    const whole = docOf(merged)
    const state = Y.encodeStateAsUpdate(whole)
    const vectors = states.map(s => Y.encodeStateVectorFromUpdate(s))
    return {
      updates: updates.map(encode),
      reencoded: [...updates, state, merged].map(u => encode(Y.diffUpdate(u, new Uint8Array([0])))),
      state: encode(state),
      merged: encode(merged),
      vector: encode(Y.encodeStateVector(whole)),
      trees: trees(whole),
      states: states.map(s => ({ state: encode(s), vector: encode(Y.encodeStateVectorFromUpdate(s)), trees: trees(docOf(s)) })),
      diffs: vectors.flatMap(v => [merged, state].map(of => ({ vector: encode(v), of: encode(of), diff: encode(Y.diffUpdate(of, v)) }))),
      gaps: Array.from({ length: 24 }, () => gap(updates, states, random)),
    }
  },

  /** A document that Go made of the session's updates must be able to replace them in every situation. */
  replaces({ docs }) {
    const whole = docOf(...last.updates)
    const wanted = trees(whole)
    const vector = encode(Y.encodeStateVector(whole))
    const failures = []
    let checks = 0
    const want = (name, what, ok) => { checks++; if (!ok) failures.push(name + ": " + what) }
    for (const [name, text] of Object.entries(docs)) {
      const update = decode(text)
      const fresh = docOf(update)
      want(name, "a fresh client reads the same", same(trees(fresh), wanted))
      want(name, "a fresh client has the same state vector", encode(Y.encodeStateVector(fresh)) === vector)
      want(name, "a fresh client has no pending updates", !waits(fresh))
      const full = docOf(...last.updates, update)
      want(name, "a client with all updates reads the same", same(trees(full), wanted))
      for (const state of last.states) {
        const half = docOf(state, update)
        want(name, "a client with half of them reads the same", same(trees(half), wanted) && !waits(half))
      }
      further(want, name, fresh, docOf(...last.updates))
    }
    return { checks, failures }
  },

  /** For updates that Go accepts for a new document, yjs must neither throw nor wait. */
  accepts({ updates }) {
    return {
      answers: updates.map(text => {
        try {
          const doc = docOf(decode(text))
          if (waits(doc)) return { error: "waits" }
          Y.encodeStateAsUpdate(doc)
          return {}
        } catch (error) {
          return { error: String(error) }
        }
      }),
    }
  },

  tree({ update, root }) {
    return { tree: tree(docOf(decode(update)).getXmlFragment(root)) }
  },

  awareness({ updates }) {
    const awareness = new Awareness(new Y.Doc())
    awareness.setLocalState(null)
    for (const update of updates) applyAwarenessUpdate(awareness, decode(update), null)
    const states = Object.fromEntries(awareness.getStates())
    awareness.destroy()
    return { states }
  },

  /** Merges as a server on Node would, for the comparison in our benchmark. */
  replay({ updates }) {
    const all = updates.map(decode)
    const from = performance.now()
    const doc = new Y.Doc()
    doc.transact(() => { for (const update of all) Y.applyUpdate(doc, update) })
    const size = Y.encodeStateAsUpdate(doc).length
    return { milliseconds: performance.now() - from, size }
  },

  merge({ updates }) {
    const all = updates.map(decode)
    const from = performance.now()
    const size = Y.mergeUpdates(all).length
    return { milliseconds: performance.now() - from, size }
  },
}

function gap(updates, states, random) {
  const have = random.pick([new Uint8Array([0, 0]), ...states])
  const some = Array.from({ length: random.int(1, 4) }, () => random.pick(updates))
  const update = Y.mergeUpdates(some)
  const doc = docOf(have)
  const vector = encode(Y.encodeStateVector(doc))
  Y.applyUpdate(doc, update)
  return { vector, update: encode(update), waits: waits(doc) }
}

/** Both documents are edited and exchange their updates: they must converge. */
function further(want, name, a, b) {
  a.clientID = 900001
  b.clientID = 900002
  for (const doc of [a, b]) {
    const text = doc.getText("text")
    text.insert(Math.floor(text.length / 2), "further")
    if (text.length > 9) text.delete(1, 3)
    doc.getMap("map").set("further", doc.clientID)
    const page = doc.getXmlFragment("prosemirror")
    page.insert(Math.floor(page.length / 2), [new Y.XmlElement("paragraph")])
    if (page.length > 2) page.delete(0, 1)
  }
  Y.applyUpdate(a, Y.encodeStateAsUpdate(b, Y.encodeStateVector(a)))
  Y.applyUpdate(b, Y.encodeStateAsUpdate(a, Y.encodeStateVector(b)))
  want(name, "further edits converge", same(trees(a), trees(b)) && !waits(a) && !waits(b))
}

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...request } = JSON.parse(line)
  let answer
  try {
    answer = commands[command](request)
  } catch (error) {
    answer = { failed: String(error.stack) }
  }
  process.stdout.write(JSON.stringify(answer) + "\n")
}
