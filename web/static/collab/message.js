// @ts-check
// The binary messages of a document: channel | kind | payload. See docs/protocol.md.

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

export const STEP1 = 0
export const STEP2 = 1
export const UPDATE = 2
export const AWARENESS = 3
export const ACK = 4
export const REFUSED = 5

/** @enum {number} */
export const WHY = { INVALID: 1, READ_ONLY: 2, GAP: 3, TOO_LARGE: 4, TOO_FAST: 5, FOREIGN: 6, FULL: 7 }

/** A number as a varint. @param {number} n @returns {number[]} seven bits a byte, the lowest first */
function varuint(n) {
  const bytes = []
  for (; n > 0x7f; n = Math.floor(n / 0x80)) bytes.push(n % 0x80 | 0x80)
  return [...bytes, n]
}

/** @param {number} channel @param {number} kind @param {Uint8Array} payload @param {number} [n] @returns {Bytes} */
export function write(channel, kind, payload, n) {
  const head = [...varuint(channel), kind, ...n === undefined ? [] : varuint(n)]
  const bytes = new Uint8Array(head.length + payload.length)
  bytes.set(head)
  bytes.set(payload, head.length)
  return bytes
}

/** Reads the fields of a message in order. */
export class Reader {
  #at = 0

  /** @param {Uint8Array} bytes */
  constructor(bytes) { this.bytes = bytes }

  byte() { return this.bytes[this.#at++] }

  number() {
    for (let n = 0, weight = 1; ; weight *= 0x80) {
      const byte = this.byte()
      n += (byte & 0x7f) * weight
      if (!(byte & 0x80)) return n
    }
  }

  rest() { return this.bytes.subarray(this.#at) }

  text() { return new TextDecoder().decode(this.rest()) }
}
