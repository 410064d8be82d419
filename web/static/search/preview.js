// @ts-check
// The preview beside the list: the whole of the result that has the focus or the pointer, rendered by the server.
import { $, $$, apply, closest, requestHTML } from '../core/index.js'

const HOVER_MS = 150 // a pointer that only passes over a result shows nothing

/** The id of the list item that is shown. */
let at = ''
let number = 0
let resting = 0

/** @param {string} query @param {HTMLElement} hit in the list */
async function show(query, hit) {
  const mine = ++number
  at = hit.closest('li')?.id ?? ''
  for (const other of $$('.hits a.hit')) other.toggleAttribute('data-previewed', other === hit)
  const [, kind, id] = /^found-(\w+)-(\d+)$/.exec(at) ?? []
  const answer = await requestHTML({ url: '/search/preview', data: { q: query, kind, id } })
  if (mine !== number) return
  if (answer.error) hidePreview()
  else apply(answer.body)
}

export function hidePreview() {
  number++
  at = ''
  const preview = $('#search-preview')
  if (preview) preview.hidden = true
}

/**
 * Fetches the preview again if it shows this result, which has changed.
 * @param {string} id of the list item @param {() => string} query
 */
export function refreshPreview(id, query) {
  const hit = id === at ? $(`#${id} a.hit`) : null
  if (hit) show(query(), hit)
}

/** @param {() => string} query */
export function watchPreview(query) {
  const pane = $('.hits')
  pane?.addEventListener('focusin', event => {
    const hit = hitOf(event)
    if (hit) show(query(), hit)
  })
  pane?.addEventListener('pointerover', event => {
    clearTimeout(resting)
    const hit = hitOf(event)
    if (!hit || event.pointerType !== 'mouse') return
    resting = setTimeout(() => hit.isConnected && show(query(), hit), HOVER_MS)
  })
}

/** @param {Event} event */
const hitOf = ({ target }) => closest(target, 'a.hit')
