// @ts-check
// What the server's components show of a name, an id or a number, for elements that a script makes. The rules are those
// of Go: web/jstest/testdata/rules.json has cases for both.

/** A number of unread things, as web.CountProps has it. @param {number} n */
export const capped = n => n > 99 ? '99+' : String(n)

/** The initials of an avatar, as web.Initials has them: "SR" for "Sam Rivera". @param {string} name */
export const initials = name =>
  name.trim().split(/\s+/).slice(0, 2).map(word => [...word][0]?.toUpperCase() ?? '').join('')

/** The colour of a user, by FNV-1a, as account.HueOf has it. @param {number} id */
export function hueOf(id) {
  let hash = 0x811c9dc5
  for (const digit of String(id)) hash = Math.imul(hash ^ digit.charCodeAt(0), 0x01000193) >>> 0
  return hash % 8 + 1
}
