// @ts-check
// Puts the server's HTML into the page. One rule (see the protocol's "Events"): an element whose id is in the page
// replaces it; another goes into the element that its data-into names, at its data-at; data-remove removes.
// Doing so twice leaves the page as doing it once. This is the only module that parses HTML, and it parses only
// what our own templates drew.
import { socket } from './dom.js'

/** @typedef {import('./types').Frame} Frame */

/** @type {Map<string, (data: any, frame: Frame) => void>} */
const interceptors = new Map()

/**
 * Applies fragments. Each element that is new in the page then gets a bubbling `hubbub:fragment` event, whose
 * detail holds the element it `replaced`, if any.
 * @param {string} html
 * @returns {HTMLElement[]} the elements now in the page
 */
export function apply(html) {
  return parse(html).map(place).filter(element => element !== null)
}

/** The top-level elements of fragments, outside the page. @param {string} html */
export function parse(html) {
  const template = document.createElement('template')
  template.innerHTML = html
  return /** @type {HTMLElement[]} */ ([...template.content.children])
}

/**
 * Lets a module put an event's fragments in place itself, as chat does to mind the scrolling.
 * @param {string} event @param {(data: any, frame: Frame) => void} fn
 * @returns {() => void} gives it back
 */
export function intercept(event, fn) {
  interceptors.set(event, fn)
  return () => interceptors.delete(event)
}

/** @param {HTMLElement} element @returns {HTMLElement | null} null when it was removed, or has no place here */
export function place(element) {
  const old = element.id ? document.getElementById(element.id) : null
  if (element.hasAttribute('data-remove')) return remove(old)
  if (old) replace(old, element)
  else if (!insert(element)) return null
  element.dispatchEvent(new CustomEvent('hubbub:fragment', { bubbles: true, detail: { replaced: old } }))
  return element
}

/** Who stood on it goes on from its neighbour. @param {HTMLElement | null} old */
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

/** Whether this page has the place. @param {HTMLElement} element */
function insert(element) {
  const into = element.dataset.into && document.querySelector(element.dataset.into)
  if (!into) return false
  if (element.dataset.at === 'start') into.prepend(element)
  else if (element.dataset.at === 'order') insertInOrder(into, element)
  else into.append(element)
  return true
}

/** From the end, because what is new mostly belongs there. @param {Element} into @param {HTMLElement} element */
function insertInOrder(into, element) {
  const ordered = /** @type {HTMLElement[]} */ ([...into.children].filter(child => child.hasAttribute('data-order')))
  const before = ordered.findLast(child => compare(child.dataset.order, element.dataset.order) <= 0)
  if (before) before.after(element)
  else if (ordered.length) ordered[0].before(element)
  else into.append(element)
}

/** Numbers by size, words by the alphabet. @param {string | undefined} a @param {string | undefined} b */
function compare(a = '', b = '') {
  return Number(a) - Number(b) || a.localeCompare(b, undefined, { numeric: true })
}

socket?.on('*', (data, frame) => {
  const taker = interceptors.get(String(frame.event))
  if (taker) taker(data, frame)
  else if (frame.html) apply(frame.html)
})
