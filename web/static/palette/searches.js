// @ts-check
// The user's recent searches, kept in this browser.

const KEEP = 5
const place = `searches-${document.body.dataset.userId}`

/** The recent searches, the latest first. @returns {string[]} */
export function recentSearches() {
  try { return JSON.parse(localStorage.getItem(place) ?? '[]') } catch { return [] }
}

/** @param {string} text */
export function rememberSearch(text) {
  const query = text.trim()
  if (!query) return
  const searches = [query, ...recentSearches().filter(other => other !== query)].slice(0, KEEP)
  try { localStorage.setItem(place, JSON.stringify(searches)) } catch { /* private windows may refuse */ }
}

/** @param {string} query */
export const searchPath = query => query ? `/search?${new URLSearchParams({ q: query })}` : '/search'
