// @ts-check
// The light, dark or system theme. The choice is kept in a cookie, so that the server renders the next page with it.
import { $$, listen } from './dom.js'

const YEAR_S = 31_536_000

/** @param {string} theme "light", "dark", or "" for the system's */
function choose(theme) {
  if (theme) document.documentElement.dataset.theme = theme
  else delete document.documentElement.dataset.theme
  document.cookie = `theme=${theme}; path=/; max-age=${YEAR_S}; samesite=lax`
  for (const button of $$('[data-theme-set]')) {
    button.setAttribute('aria-pressed', String(button.dataset.themeSet === theme))
  }
}

/** Switches between light and dark. */
export function switchTheme() {
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  const shown = document.documentElement.dataset.theme ?? system
  choose(shown === 'dark' ? 'light' : 'dark')
}

listen('click', '[data-theme-set]', button => choose(button.dataset.themeSet ?? ''))
