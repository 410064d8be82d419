// @ts-check
// Puts fragments, the server's HTML, into the page. One rule (docs/protocol.md, "Events"): an element whose id is in
// the page replaces that element; any other is inserted into the element that its data-into selects, at its data-at;
// data-remove removes. Applying a fragment is idempotent. This is the only module that parses HTML, and it parses only
// what our own templates rendered.
import { childrenOf, socket } from './dom.js'

/** @typedef {import('../socket/types').Frame} Frame */

/** @type {Map<string, (data: any, frame: Frame) => void>} */
const interceptors = new Map()
/** @type {((element: HTMLElement, replaced: HTMLElement | null) => void)[]} */
const watchers = []

/**
 * Calls fn with each element that place puts into the page, and with the element that it replaced, or null.
 * @param {(element: HTMLElement, replaced: HTMLElement | null) => void} fn
 */
export const watchFragments = fn => { watchers.push(fn) }

/**
 * Applies fragments, one after the other.
 * @param {string} html
 * @returns {HTMLElement[]} the elements now in the page
 */
export function apply(html) {
  return parse(html).map(place).filter(element => element !== null)
}

/** Parses fragments into their top-level elements, without putting them into the page. @param {string} html */
export function parse(html) {
  const template = document.createElement('template')
  template.innerHTML = html
  return childrenOf(template.content)
}

/**
 * Lets a module apply an event's fragments itself, as chat does to keep the scroll position.
 * @param {string} event @param {(data: any, frame: Frame) => void} fn
 * @returns {() => void} ends the interception
 */
export function intercept(event, fn) {
  interceptors.set(event, fn)
  return () => interceptors.delete(event)
}

/**
 * Applies one element.
 * @param {HTMLElement} element
 * @returns {HTMLElement | null} the element, or null if it was removed or the page has no place for it
 */
export function place(element) {
  const old = element.id ? document.getElementById(element.id) : null
  if (element.hasAttribute('data-remove')) return remove(old)
  if (old) replace(old, element)
  else if (!insert(element)) return null
  for (const watch of watchers) watch(element, old)
  return element
}

/** Removes an element; the focus, if it was inside, moves to its neighbour. @param {HTMLElement | null} old */
function remove(old) {
  const neighbour = old?.nextElementSibling ?? old?.previousElementSibling
  const focused = old?.contains(document.activeElement)
  old?.remove()
  if (focused && neighbour instanceof HTMLElement) neighbour.focus({ preventScroll: true })
  return null
}

/** @param {HTMLElement} old @param {HTMLElement} element */
function replace(old, element) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null
  old.replaceWith(element)
  if (!focused) return
  const same = focused.id ? document.getElementById(focused.id) : null
  ;(same ?? element).focus({ preventScroll: true })
}

/** Inserts an element, and reports whether this page has the place for it. @param {HTMLElement} element */
function insert(element) {
  const into = element.dataset.into && document.querySelector(element.dataset.into)
  if (!into) return false
  if (element.dataset.at === 'start') into.prepend(element)
  else if (element.dataset.at === 'order') insertInOrder(into, element)
  else into.append(element)
  return true
}

/** Searches from the end, where most new elements belong. @param {Element} into @param {HTMLElement} element */
function insertInOrder(into, element) {
  const ordered = childrenOf(into).filter(child => child.hasAttribute('data-order'))
  const before = ordered.findLast(child => compare(child.dataset.order, element.dataset.order) <= 0)
  if (before) before.after(element)
  else if (ordered.length) ordered[0].before(element)
  else into.append(element)
}

/** Compares numbers by size and words by the alphabet. @param {string | undefined} a @param {string | undefined} b */
function compare(a = '', b = '') {
  return Number(a) - Number(b) || a.localeCompare(b, undefined, { numeric: true })
}

socket?.on('*', (data, frame) => {
  const interceptor = interceptors.get(String(frame.event))
  if (interceptor) interceptor(data, frame)
  else if (frame.html) apply(frame.html)
})
