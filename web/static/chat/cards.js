// @ts-check
// Cards of the pages that a message links to. A broadcast is rendered once for all its readers, so its row has no
// cards; the page then asks the server for those that its user may see.
import { $, $$, apply, requestHTML, watchFragments } from '../core/index.js'
import { keepPlace } from './log.js'
import { idOf } from './row.js'

/** Reports whether a link leads to a page of this site. @param {HTMLElement} link */
const isHere = link => link instanceof HTMLAnchorElement && link.origin === location.origin

/** @param {HTMLElement} row any new element */
async function fetchCards(row) {
  if (!row.matches('.message') || !$('.cards:not([data-known])', row) || !$$('.body a', row).some(isHere)) return
  const answer = await requestHTML({ url: `/api/chat/messages/${idOf(row)}/cards` })
  if (!answer.error) keepPlace(() => { apply(answer.body) })
}

export const watchCards = () => watchFragments(fetchCards)
