// @ts-check
// Shows whether the changes are saved. "Saved" means that the server has committed all of them.
import { announce, icon, need } from '../core/index.js'

const place = need('[data-doc-saved]')
const SLOW_MS = 3_000 // changes that are in flight for longer are shown as unsent

/** @typedef {'starting' | 'saved' | 'saving' | 'unsent' | 'kept' | 'offline' | 'reading' | 'stuck'} State */

/** @type {Record<State, [icon: string, words: (n: number, kept: boolean) => string, spoken: boolean]>} */
const LOOKS = {
  starting: ['loader-circle', () => 'Connecting…', false],
  saved: ['cloud-check', () => 'Saved', false],
  saving: ['loader-circle', () => 'Saving…', false],
  unsent: ['cloud-off', n => `${n} unsent`, true],
  kept: ['cloud-off', () => 'Offline, kept on this device', true],
  offline: ['cloud-off', () => 'Offline', true],
  reading: ['eye', () => 'View only', false],
  stuck: ['circle-alert', (_, kept) => kept ? 'Not saved, kept on this device' : 'Not saved', true],
}

/** @param {import('./channel.js').Channel} channel @param {import('./local.js').Local} local */
export function showStatus(channel, local) {
  let shown = ''
  let worried = false // whether a state that the user should know of was announced
  let slow = false
  let timer = 0

  /** @returns {State} */
  const state = () => {
    if (!channel.canWrite) return channel.connected || !channel.unsaved ? 'reading' : 'offline'
    if (channel.stuck) return 'stuck'
    if (!channel.connected) {
      if (!channel.synced && !local.found) return 'starting'
      if (local.kept) return 'kept'
      return channel.unsaved ? 'unsent' : 'offline'
    }
    if (!channel.synced) return 'starting'
    if (!channel.unsaved) return 'saved'
    return slow ? 'unsent' : 'saving'
  }

  const show = () => {
    const now = state()
    const [symbol, words, spoken] = LOOKS[now]
    const text = words(channel.unsaved, local.kept)
    if (text === shown) return
    shown = text
    place.dataset.state = now
    const label = document.createElement('span')
    label.textContent = text
    place.replaceChildren(icon(symbol, symbol === 'loader-circle' ? 'sm spin' : 'sm'), label)
    place.title = text
    if (spoken && !worried) announce(`${text}.`)
    else if (worried && now === 'saved') announce('Saved.')
    worried = spoken || (worried && now !== 'saved')
  }

  const watch = () => {
    if (!channel.unsaved) {
      clearTimeout(timer)
      timer = 0
      slow = false
    } else timer ||= Number(setTimeout(() => { slow = true; show() }, SLOW_MS))
    show()
  }

  channel.on('change', watch)
  show()
}

/**
 * Makes the browser ask before the page is left while changes are neither saved nor kept on the device.
 * @param {import('./channel.js').Channel} channel @param {import('./local.js').Local} local
 */
export function warnBeforeLeaving(channel, local) {
  addEventListener('beforeunload', event => {
    channel.flush()
    if (channel.unsaved && !local.kept) event.preventDefault()
  })
  document.addEventListener('visibilitychange', () => channel.flush())
}
