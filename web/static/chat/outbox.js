// @ts-check
// The offline queue: messages that the server has not stored yet. They are sent in order, one at a time, and again
// after every break; the queue survives a reload. The server stores a clientId once, so a retry is harmless.

import { problem, requestHTML } from '../core/index.js'

/**
 * @typedef {object} Entry
 * @property {string} clientId the idempotency key
 * @property {number} roomId
 * @property {string} text
 * @property {string} at when it was written, ISO 8601
 * @property {{ id: number, name: string, text: string }} [replyTo]
 * @property {string} [problem] why it is not sent yet; unless it is refused, it is still retried
 * @property {boolean} [refused] the server rejected it: only the user can retry it
 */
/** @typedef {'pending' | 'failed' | 'sent' | 'gone'} State gone: removed without being sent */
/** @typedef {{ entry: Entry, state: State, answer?: import('../socket/types').Answer }} OutboxEvent */

const ANSWER_MS = 8_000
const BLIP_MS = 1_000
const KEY = `outbox:${document.body.dataset.userId}`

const socket = io.socket
/** @type {Entry[]} */
let entries = JSON.parse(sessionStorage.getItem(KEY) ?? '[]')
/** @type {Map<string, number>} */
const sentAt = new Map() // by clientId: when it was last queued or retried, Unix ms
let busy = false

/** The entries for one room, oldest first. @param {number} roomId */
export const entriesOf = roomId => entries.filter(entry => entry.roomId === roomId)

/** @param {Entry} entry */
export function send(entry) {
  entries.push(entry)
  save()
  markPending(entry)
  flush()
}

/** Retries an entry now, over another connection if this one does not answer. @param {string} clientId */
export function retry(clientId) {
  const entry = find(clientId)
  if (!entry) return
  const unanswered = socket.isConnected() && busy && Date.now() - (sentAt.get(clientId) ?? 0) > ANSWER_MS
  delete entry.refused
  markPending(entry)
  if (unanswered) socket.disconnect() // the connection is probably dead
  socket.reconnect()
  flush()
}

/** Removes an entry: the user gave it up, or the server has stored it already. @param {string | undefined} clientId */
export function drop(clientId) {
  const entry = find(clientId)
  if (entry) remove(entry, { entry, state: 'gone' })
}

/** @param {string | undefined} clientId */
const find = clientId => entries.find(entry => entry.clientId === clientId)

const save = () => sessionStorage.setItem(KEY, JSON.stringify(entries))

/** @type {((event: OutboxEvent) => void)[]} */
const watchers = []

/** Calls fn when the state of an entry changes. @param {(event: OutboxEvent) => void} fn */
export const watchOutbox = fn => { watchers.push(fn) }

/** @param {OutboxEvent} event */
const dispatch = event => { for (const watch of watchers) watch(event) }

/** @param {Entry} entry */
function markPending(entry) {
  delete entry.problem
  sentAt.set(entry.clientId, Date.now())
  save()
  dispatch({ entry, state: 'pending' })
  for (const wait of [BLIP_MS, ANSWER_MS]) setTimeout(reportStuck, wait)
}

/** Shows the entries that have not been answered as failed; they are still retried. */
function reportStuck() {
  for (const entry of entries.filter(entry => !entry.problem)) {
    if (!socket.isConnected()) fail(entry, 'No connection.')
    else if (Date.now() - (sentAt.get(entry.clientId) ?? 0) >= ANSWER_MS) fail(entry, 'The server didn’t respond.')
  }
}

/** @param {Entry} entry @param {string} why */
function fail(entry, why) {
  entry.problem = why
  save()
  dispatch({ entry, state: 'failed' })
}

/** @param {Entry} entry @param {OutboxEvent} event */
function remove(entry, event) {
  entries = entries.filter(other => other !== entry)
  sentAt.delete(entry.clientId)
  save()
  dispatch(event)
}

async function flush() {
  if (busy) return
  busy = true
  for (let entry = next(); entry && socket.isConnected(); entry = next()) if (!await deliver(entry)) break
  busy = false
}

const next = () => entries.find(entry => !entry.refused)

/** @param {Entry} entry @returns {Promise<boolean>} whether the next entry can be sent */
async function deliver(entry) {
  if (entry.problem) markPending(entry)
  const { roomId, text, clientId, replyTo } = entry
  const data = { roomId, text, clientId, replyTo: replyTo?.id }
  const answer = await requestHTML({ method: 'POST', url: '/api/chat/send', data })
  if (!entries.includes(entry)) return true
  if (!answer.error) remove(entry, { entry, state: 'sent', answer })
  else if (isTransient(answer)) return retryLater(entry, answer)
  else markRefused(entry, answer)
  return true
}

/** Reports whether a retry may succeed: no connection, 429 or 5xx. @param {import('../socket/types').Answer} answer */
const isTransient = ({ statusCode }) => statusCode === 0 || statusCode === 429 || statusCode >= 500

/** @param {Entry} entry @param {import('../socket/types').Answer} answer */
function retryLater(entry, answer) {
  if (answer.statusCode) {
    fail(entry, problem(answer))
    setTimeout(flush, 1_000 * Number(answer.headers['Retry-After'] ?? 2))
  } else setTimeout(reportStuck, BLIP_MS)
  return false
}

/** @param {Entry} entry @param {import('../socket/types').Answer} answer */
function markRefused(entry, answer) {
  entry.refused = true
  fail(entry, problem(answer, 'The message'))
}

socket.on('connect', flush)
socket.on('disconnect', () => setTimeout(reportStuck, BLIP_MS))
for (const entry of entries) if (!entry.refused) sentAt.set(entry.clientId, Date.now())
setTimeout(reportStuck, BLIP_MS)
flush()
