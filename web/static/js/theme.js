// @ts-check
// Light, dark, or as the system has it. The choice is a cookie, so the server draws the next page right.
import { $$, listen } from './dom.js'

const YEAR_S = 31_536_000

/** @param {string} theme "light", "dark", or "" for the system's */
function choose(theme) {
  if (theme) document.documentElement.dataset.theme = theme
  else delete document.documentElement.dataset.theme
  document.cookie = `theme=${theme}; path=/; max-age=${YEAR_S}; samesite=lax`
  for (const button of $$('[data-theme-set]')) button.setAttribute('aria-pressed', String(button.dataset.themeSet === theme))
}

/** To the one that is not on the screen now. */
export function switchTheme() {
  const shown = document.documentElement.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')
  choose(shown === 'dark' ? 'light' : 'dark')
}

listen('click', '[data-theme-set]', button => choose(button.dataset.themeSet ?? ''))
