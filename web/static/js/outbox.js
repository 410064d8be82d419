// @ts-check
// What was written and is not stored yet. It goes out in order, one at a time, survives a reload, and goes again after
// every break: the server knows a clientId that it has had, so nothing is ever posted twice.
// Whoever shows it listens to `hubbub:outbox`.

/**
 * @typedef {object} Entry
 * @property {string} clientId
 * @property {number} roomId
 * @property {string} text
 * @property {string} at when it was written
 * @property {{ id: number, name: string, text: string }} [replyTo]
 * @property {string} [problem] why it is not sent; it may go by itself later
 * @property {boolean} [refused] the server said no: only the writer sends it again
 */
/** @typedef {{ entry: Entry, state: 'pending' | 'failed' | 'sent' | 'gone', answer?: import('./types').Jwr }} News */

const ANSWER_MS = 8_000
const BLIP_MS = 1_000
const KEY = `outbox:${document.body.dataset.userId}`

const socket = io.socket
/** @type {Entry[]} */
let entries = JSON.parse(sessionStorage.getItem(KEY) ?? '[]')
/** @type {Map<string, number>} */
const since = new Map()
let busy = false

/** @param {number} roomId */
export const waiting = roomId => entries.filter(entry => entry.roomId === roomId)

/** @param {Entry} entry */
export function send(entry) {
  entries.push(entry)
  save()
  begin(entry)
  flush()
}

/** @param {string} clientId */
export function retry(clientId) {
  const entry = find(clientId)
  if (!entry) return
  const silent = socket.isConnected() && busy && Date.now() - (since.get(clientId) ?? 0) > ANSWER_MS
  delete entry.refused
  begin(entry)
  if (silent) socket.disconnect() // it only looks connected
  socket.reconnect()
  flush()
}

/** Takes an entry out: it was given up, or the server turned out to have it. @param {string | undefined} clientId */
export function drop(clientId) {
  const entry = find(clientId)
  if (entry) remove(entry, { entry, state: 'gone' })
}

/** @param {string | undefined} clientId */
const find = clientId => entries.find(entry => entry.clientId === clientId)

const save = () => sessionStorage.setItem(KEY, JSON.stringify(entries))

/** @param {News} news */
const tell = news => document.dispatchEvent(new CustomEvent('hubbub:outbox', { detail: news }))

/** @param {Entry} entry */
function begin(entry) {
  delete entry.problem
  since.set(entry.clientId, Date.now())
  save()
  tell({ entry, state: 'pending' })
  for (const wait of [BLIP_MS, ANSWER_MS]) setTimeout(review, wait)
}

/** Says so when something does not get through; it is still tried. */
function review() {
  for (const entry of entries.filter(entry => !entry.problem)) {
    if (!socket.isConnected()) fail(entry, 'No connection.')
    else if (Date.now() - (since.get(entry.clientId) ?? 0) >= ANSWER_MS) fail(entry, 'No answer.')
  }
}

/** @param {Entry} entry @param {string} problem */
function fail(entry, problem) {
  entry.problem = problem
  save()
  tell({ entry, state: 'failed' })
}

/** @param {Entry} entry @param {News} news */
function remove(entry, news) {
  entries = entries.filter(other => other !== entry)
  since.delete(entry.clientId)
  save()
  tell(news)
}

async function flush() {
  if (busy) return
  busy = true
  for (let entry = next(); entry && socket.isConnected(); entry = next()) if (!await deliver(entry)) break
  busy = false
}

const next = () => entries.find(entry => !entry.refused)

/** @param {Entry} entry @returns {Promise<boolean>} whether to go on with the next one */
async function deliver(entry) {
  if (entry.problem) begin(entry)
  const { roomId, text, clientId, replyTo } = entry
  const answer = await socket.request({
    method: 'POST', url: '/api/chat/send', headers: { Accept: 'text/html' }, data: { roomId, text, clientId, replyTo: replyTo?.id },
  })
  if (!entries.includes(entry)) return true
  if (!answer.error) remove(entry, { entry, state: 'sent', answer })
  else if (isPassing(answer)) return later(entry, answer)
  else refuse(entry, answer)
  return true
}

/** No connection, too fast, or the database is away. @param {import('./types').Jwr} answer */
const isPassing = ({ statusCode }) => statusCode === 0 || statusCode === 429 || statusCode >= 500

/** @param {Entry} entry @param {import('./types').Jwr} answer */
function later(entry, answer) {
  if (answer.statusCode) {
    fail(entry, answer.body?.detail ?? 'The server answered with an error.')
    setTimeout(flush, 1_000 * Number(answer.headers['Retry-After'] ?? 2))
  } else setTimeout(review, BLIP_MS)
  return false
}

/** @param {Entry} entry @param {import('./types').Jwr} answer */
function refuse(entry, answer) {
  entry.refused = true
  const errors = Object.values(answer.body?.errors ?? {})
  fail(entry, errors.length ? `The message ${errors.join(', ')}.` : answer.body?.detail ?? 'The server refused it.')
}

socket.on('connect', flush)
socket.on('disconnect', () => setTimeout(review, BLIP_MS))
for (const entry of entries) if (!entry.refused) since.set(entry.clientId, Date.now())
setTimeout(review, BLIP_MS)
flush()
