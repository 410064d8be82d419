// @ts-check
// What a message links to. A broadcast is drawn once for everybody, so a row that comes has no cards; which of them
// this reader may see, the server is asked.
import { $, $$, apply } from '../app.js'
import { keepPlace } from './log.js'
import { HTML, socket } from './room.js'
import { idOf } from './row.js'

/** Whether a link leads to a page of this site. @param {HTMLElement} link */
const isHere = link => link instanceof HTMLAnchorElement && link.origin === location.origin

/** @param {Event} event a row, or something else, is new in the page */
async function ask({ target }) {
  const row = /** @type {HTMLElement} */ (target)
  if (!row.matches('.message') || !$('.cards:not([data-known])', row) || !$$('.body a', row).some(isHere)) return
  const answer = await socket.request({ url: `/api/chat/messages/${idOf(row)}/cards`, headers: HTML })
  if (!answer.error) keepPlace(() => { apply(answer.body) })
}

export const watchCards = () => document.addEventListener('hubbub:fragment', ask)
