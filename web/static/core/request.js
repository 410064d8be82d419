// @ts-check
// Requests for fragments, and what went wrong in words for the user.
import { toast } from './toast.js'

/** @typedef {import('../socket/types').Answer} Answer */

/** The headers of a request whose answer is a fragment. */
export const HTML = { Accept: 'text/html' }

/**
 * Requests a fragment over the socket, on a page that has one.
 * @param {import('../socket/types').RequestOptions} request
 * @returns {Promise<import('../socket/types').Answer<string>>}
 */
export const requestHTML = request => io.socket.request({ ...request, headers: HTML })

/**
 * What went wrong, in a sentence.
 * @param {Answer} answer @param {string} [subject] of the errors of fields: "The message" is empty
 */
export function problem({ statusCode, body }, subject) {
  if (!statusCode) return 'No connection.'
  const errors = Object.values(body?.errors ?? {})
  if (subject && errors.length) return `${subject} ${errors.join(', ')}.`
  return body?.detail || 'The server returned an error.'
}

/** Shows a toast about an action that failed. @param {string} title @param {Answer} answer @param {string} [subject] */
export function showProblem(title, answer, subject) {
  toast({ title, body: problem(answer, subject), icon: 'circle-alert', tone: 'bad' })
}
