// @ts-check
/** @typedef {import('./types').Answer} Answer */
/** @typedef {import('./types').Frame} Frame */

/** The answer that a reply's frame carries. @param {Frame} frame @returns {Answer} */
export function answerOf({ status = 0, headers = {}, data, html }) {
  const answer = { statusCode: status, headers, body: html ?? data }
  if (status >= 200 && status <= 299) return answer
  const error = new Error(data?.detail || data?.title || `Status ${status}`)
  return { ...answer, error: Object.assign(error, { status }) }
}

/** @param {number} status @param {string} detail */
export const failure = (status, detail) =>
  answerOf({ status, data: { type: 'about:blank', title: detail, status, detail } })
export const noConnection = () => failure(0, 'No connection.')

/** @param {string} text */
export const bytesOf = text => new Blob([text]).size

/** Calls fn, if there is one, and reports what it throws. @param {Function | undefined} fn @param {unknown[]} args */
export function invoke(fn, ...args) {
  try { fn?.(...args) } catch (error) { reportError(error) }
}
