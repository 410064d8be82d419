// @ts-check
// A frame as the drawer shows it: coloured, cut at 4,096 characters, and without secrets.
import { el } from './index.js'

const SHOWN = 4_096
const SECRET = /password|token|ticket|secret|authorization|cookie/i

/** Masks the secrets in a URL's query. @param {string} url */
export const maskURL = url =>
  url.replace(/([?&]([^=&]+)=)[^&]*/g, (whole, key, name) => SECRET.test(name) ? `${key}•••` : whole)

/** @param {string} key @param {unknown} value */
function mask(key, value) {
  if (SECRET.test(key) && value !== null && typeof value !== 'object') return '•••'
  return key === 'url' && typeof value === 'string' ? maskURL(value) : value
}

/** @param {import('../socket/types').Frame} frame */
export function payload(frame) {
  const text = JSON.stringify(frame, mask, 2)
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}\n… ${text.length - SHOWN} more` : text
  return el('pre', { tabindex: 0, 'aria-label': 'Payload' }, ...coloured(shown))
}

/** @param {string} json */
function coloured(json) {
  const parts = json.split(/("(?:[^"\\]|\\.)*"(?:: )?|-?\b\d[\d.e+-]*\b)/g) // a token at each odd index
  return parts.map((part, i) => i % 2 ? el('span', { class: kind(part) }, part) : part)
}

/** @param {string} token */
const kind = token => token.endsWith('": ') ? 'k' : token.startsWith('"') ? 's' : 'n'
