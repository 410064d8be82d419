// @ts-check
// The server's results for the text in the palette, rendered by the component of the search page.
import { $, need, parse, requestHTML, socket } from '../core/index.js'

const TYPING_MS = 150
const LIMIT = 6 // results

/** @typedef {{ id: string, title: string, href: string, content: Node[] }} Found */

let lastRequest = 0
let timer = 0

/**
 * Searches when nothing was typed for TYPING_MS. Only the last request's answer is passed on.
 * @param {string} query @param {(found: Found[]) => void} take
 * @returns {boolean} whether take will be called, unless another search begins before
 */
export function find(query, take) {
  clearTimeout(timer)
  const mine = ++lastRequest
  if (!query || !socket) return false
  timer = setTimeout(async () => {
    const answer = await requestHTML({ url: '/api/search', data: { query, limit: LIMIT } })
    if (mine === lastRequest) take(answer.error ? [] : parse(answer.body).map(parseItem))
  }, TYPING_MS)
  return true
}

/** @param {HTMLElement} item @returns {Found} */
function parseItem(item) {
  const link = need('a.hit', item)
  const title = $('b', link)?.textContent?.trim() ?? ''
  return { id: item.id, title, href: link.getAttribute('href') ?? '', content: [...link.childNodes] }
}
