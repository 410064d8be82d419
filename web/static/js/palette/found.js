// @ts-check
// What the server finds while somebody types into the palette, drawn by the component of the search page.
import { $, socket } from '../dom.js'
import { parse } from '../fragments.js'

const TYPING_MS = 150
const MOST = 6

/** @typedef {{ id: string, title: string, href: string, content: Node[] }} Found */

let asked = 0
let timer = 0

/**
 * Asks once nothing was typed for a moment. Only the last question's answer is handed over, whatever comes later.
 * @param {string} query @param {(found: Found[]) => void} take
 * @returns {boolean} whether an answer is to come
 */
export function find(query, take) {
  clearTimeout(timer)
  const mine = ++asked
  if (!query || !socket) return false
  timer = setTimeout(async () => {
    const answer = await /** @type {import('../types').Socket} */ (socket).request({ url: '/api/search', data: { query, limit: MOST }, headers: { Accept: 'text/html' } })
    if (mine === asked) take(answer.error ? [] : parse(answer.body).map(read))
  }, TYPING_MS)
  return true
}

/** @param {HTMLElement} item @returns {Found} */
function read(item) {
  const link = /** @type {HTMLElement} */ ($('a.hit', item))
  return { id: item.id, title: $('b', link)?.textContent?.trim() ?? '', href: link.getAttribute('href') ?? '', content: [...link.childNodes] }
}
