// @ts-check
// Finding, making and listening to elements, and the page's connection: used by every module.

/**
 * @template {Element} [T=HTMLElement]
 * @param {string} selector @param {ParentNode} [root]
 */
export const $ = (selector, root = document) => /** @type {T | null} */ (root.querySelector(selector))

/** @param {string} selector @param {ParentNode} [root] */
export const $$ = (selector, root = document) => /** @type {HTMLElement[]} */ ([...root.querySelectorAll(selector)])

/**
 * Makes an element. Strings become text nodes, never markup. An attribute that is undefined or false is left out.
 * @param {string} tag @param {Record<string, string | number | boolean | undefined>} [attributes]
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
 * @param {string} type @param {string} selector @param {(target: HTMLElement, event: Event) => void} fn
 */
export function listen(type, selector, fn) {
  document.addEventListener(type, event => {
    const target = event.target instanceof Element && event.target.closest(selector)
    if (target instanceof HTMLElement) fn(target, event)
  })
}

/**
 * The page's connection; undefined on a page without socket.js, as most pages for guests are.
 * @type {import('../socket/types').Socket | undefined}
 */
export const socket = globalThis.io?.socket
