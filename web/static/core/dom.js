// @ts-check
// Finding, making and listening to elements, and the page's connection: used by every module.

/**
 * @template {string} S
 * @typedef {import('./selectors').ElementOf<S>} ElementOf what the selector finds
 */

/**
 * The first element that matches, or null.
 * @template {string} S @param {S} selector @param {ParentNode} [root] @returns {ElementOf<S> | null}
 */
export const $ = (selector, root = document) => root.querySelector(selector)

/**
 * The first element that matches. It throws if there is none: this is for elements that the page always has.
 * @template {string} S @param {S} selector @param {ParentNode} [root]
 */
export function need(selector, root) {
  const found = $(selector, root)
  if (!found) throw new Error(`The page has no ${selector}.`)
  return found
}

/** @template {string} S @param {S} selector @param {ParentNode} [root] @returns {ElementOf<S>[]} */
export const $$ = (selector, root = document) => Array.from(root.querySelectorAll(selector))

/**
 * The target of an event, or else the nearest element around it, that matches; or null.
 * @template {string} S
 * @param {EventTarget | null | undefined} target @param {S} selector @returns {ElementOf<S> | null}
 */
export const closest = (target, selector) => target instanceof Element ? target.closest(selector) : null

/** The HTML elements among the children. @param {ParentNode} parent */
export const childrenOf = parent => [...parent.children].filter(child => child instanceof HTMLElement)

/** A copy of the element in a template. @param {HTMLTemplateElement} template */
export function copyOf(template) {
  const copy = template.content.firstElementChild?.cloneNode(true)
  if (!(copy instanceof HTMLElement)) throw new Error(`The template ${template.id} is empty.`)
  return copy
}

/**
 * Makes an element. Strings become text nodes, never markup. An attribute that is undefined or false is left out.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Record<string, string | number | boolean | undefined>} [attributes]
 * @param {(Node | string)[]} children
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : String(value))
  }
  node.append(...children)
  return node
}

const sprite = new URL('../icons.svg', import.meta.url).pathname

/** @param {string} name @param {string} [classes] such as "sm" */
export function icon(name, classes = '') {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  const use = document.createElementNS(svg.namespaceURI, 'use')
  svg.setAttribute('class', `icon ${classes}`.trim())
  svg.setAttribute('aria-hidden', 'true')
  use.setAttribute('href', `${sprite}#${name}`)
  svg.append(use)
  return svg
}

/** Writes a value into each element with this data-bind. @param {string} name @param {string | number} text */
export function bind(name, text) {
  for (const place of $$(`[data-bind="${name}"]`)) place.textContent = String(text)
}

/** A random UUID. crypto.randomUUID exists on secure origins only, and a server in an office network may not be one. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = bytes[6] & 0x0f | 0x40
  bytes[8] = bytes[8] & 0x3f | 0x80
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/**
 * Listens on the document, so that elements which are added later are included.
 * @template {keyof DocumentEventMap} E @template {string} S
 * @param {E} type @param {S} selector @param {(target: ElementOf<S>, event: DocumentEventMap[E]) => void} fn
 */
export function listen(type, selector, fn) {
  document.addEventListener(type, event => {
    const target = closest(event.target, selector)
    if (target) fn(target, event)
  })
}

/**
 * The page's connection; undefined on a page without socket.js, as most pages for guests are.
 * @type {import('../socket/types').Socket | undefined}
 */
export const socket = globalThis.io?.socket
