// @ts-check
// "Behind the scenes": a drawer that shows every frame of this page's connection while it is open.
import { $, $$, bind, el, icon, listen, socket } from './index.js'
import { maskURL, payload } from './payload.js'

/** @typedef {import('../socket/types').Tapped} Tapped */

const ROWS = 200

const drawer = $('#wire')
const rows = $('[data-frames]')
const hidePings = $('input[data-wire-hide-ping]')
const count = { frames: 0, in: 0, out: 0 }
let paused = false
let direction = ''
/** @type {(() => void) | undefined} */
let stop
/** @type {HTMLElement | undefined} */
let opener

/** @param {Tapped} tapped */
function showFrame(tapped) {
  count.frames++
  count[tapped.direction] += tapped.bytes
  bind('frames', count.frames)
  bind('bytes', `${kilobytes(count.in)} / ${kilobytes(count.out)} kB`)
  if (paused || !rows) return
  $('.empty', rows)?.remove()
  rows.prepend(row(tapped))
  if (rows.children.length > ROWS) rows.lastElementChild?.remove()
}

/** @param {number} bytes */
const kilobytes = bytes => bytes < 10_000 ? (bytes / 1_000).toFixed(1) : Math.round(bytes / 1_000)

/** @param {Tapped} tapped */
function row({ direction: way, name, bytes, ms, frame }) {
  const received = way === 'in'
  const isPing = name === 'heartbeat' || name === 'GET /healthz'
  const arrow = icon(received ? 'arrow-down-left' : 'arrow-up-right', 'sm')
  const node = el('details', { class: 'frame-row is-new', 'data-dir': way, 'data-ping': isPing },
    el('summary', {},
      el('span', { class: 'dir' }, arrow, el('span', { class: 'sr-only' }, received ? 'received' : 'sent')),
      el('span', { class: 'name truncate' }, maskURL(name)),
      el('span', { class: 'lat' }, ms === undefined ? '' : `${ms.toFixed(ms < 10 ? 1 : 0)} ms`),
      el('span', { class: 'src truncate' }, source(frame)),
      el('span', { class: 'size' }, `${bytes} B`)))
  node.addEventListener('toggle', () => node.append(el('div', { class: 'frame-body' }, payload(frame))), { once: true })
  node.hidden = isFiltered(node)
  return node
}

/** @param {import('../socket/types').Frame} frame */
function source({ event, room, status }) {
  if (event) return room ? `event in ${room}` : 'event'
  return status === undefined ? 'request' : `reply ${status}`
}

/** Reports whether the filters hide a row. @param {HTMLElement} node */
function isFiltered(node) {
  return (!!direction && node.dataset.dir !== direction) || (!!hidePings?.checked && node.hasAttribute('data-ping'))
}

function filter() {
  for (const node of $$('.frame-row', rows ?? undefined)) node.hidden = isFiltered(node)
}

function clear() {
  const hint = el('p', {}, 'Type in a room to see them arrive.')
  rows?.replaceChildren(el('div', { class: 'empty' }, el('h3', {}, 'No frames yet'), hint))
}

/** Opens or closes the drawer. @param {HTMLElement} [button] that opened it, and gets the focus back */
export function toggleWire(button) {
  if (!drawer) return
  const show = drawer.hidden
  if (show) opener = button
  else if (drawer.contains(document.activeElement)) opener?.focus()
  drawer.hidden = !show
  stop?.()
  stop = show ? socket?.tap(showFrame) : undefined
  for (const toggle of $$('[data-toggle-wire][aria-expanded]')) toggle.setAttribute('aria-expanded', String(show))
  try { sessionStorage.setItem('wire', show ? '1' : '') } catch { /* private windows may refuse */ }
}

clear()
listen('click', '[data-wire-clear]', clear)
listen('click', '[data-wire-pause]', button => {
  paused = !paused
  button.setAttribute('aria-pressed', String(paused))
})
listen('click', '[data-wire-filter]', button => {
  direction = button.dataset.wireFilter ?? ''
  for (const other of $$('[data-wire-filter]')) other.setAttribute('aria-pressed', String(other === button))
  filter()
})
hidePings?.addEventListener('change', filter)
