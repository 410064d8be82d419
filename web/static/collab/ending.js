// @ts-check
// What the page does when its user may no longer write, or when the document is no longer available: the text stays on
// the screen, and can be copied if some of it was not saved.
import { $, announce, el, need } from '../core/index.js'
import { page, paper } from './page.js'

const notice = need('[data-doc-notice]')

/** @type {Record<string, string>} */
const GONE = {
  revoked: 'You no longer have access to this document.',
  deleted: 'Someone deleted this document.',
  epoch: 'Someone replaced this document. Reload to see the latest text.',
  large: 'This document is too large to open. You can export its text or delete it.',
  outdated: 'This page is out of date. Reload it to keep writing.',
}
const READING = 'You can still read this document, but you can no longer edit it.'

/** @param {string} words "" hides the notice @param {Node[]} buttons */
function show(words, buttons = []) {
  notice.replaceChildren(el('span', {}, words), ...buttons)
  notice.hidden = !words
  if (words) announce(words, 'assertive')
}

function copyButton() {
  const button = el('button', { class: 'btn small', type: 'button' }, 'Copy text')
  button.addEventListener('click', async () => {
    const text = paper.innerText
    try {
      await navigator.clipboard.write([new ClipboardItem({
        'text/plain': new Blob([text], { type: 'text/plain' }),
        'text/html': new Blob([$('.tiptap', paper)?.innerHTML ?? ''], { type: 'text/html' }),
      })])
    } catch { await navigator.clipboard?.writeText(text) }
    button.textContent = 'Copied'
  })
  return button
}

function reloadButton() {
  const button = el('button', { class: 'btn small', type: 'button' }, 'Reload')
  button.addEventListener('click', () => location.reload())
  return button
}

/** @param {typeof import('./session.js').session} session */
export function watchEnding(session) {
  const { channel, local } = session
  const title = need('input[data-doc-title]')
  const unsaved = () => channel.unsaved ? ' Your last changes weren’t saved.' : ''
  const copyIfUnsaved = () => channel.unsaved ? [copyButton()] : []

  channel.on('role', role => {
    page.dataset.role = role
    title.readOnly = !channel.canWrite
    session.editor?.setEditable(channel.canWrite)
    session.emit('role', role)
    if (channel.canWrite) show('')
    else show(READING + unsaved(), copyIfUnsaved())
  })
  channel.on('gone', why => {
    title.readOnly = true
    session.editor?.setEditable(false)
    local.clear()
    const isLost = why === 'revoked' || why === 'deleted'
    show((GONE[why] ?? GONE.revoked) + unsaved(), isLost ? [copyButton()] : [...copyIfUnsaved(), reloadButton()])
    session.emit('gone', why)
  })
  let stuck = false
  channel.on('stuck', why => {
    stuck = true
    show(`Not saved: ${why}`, [copyButton(), reloadButton()])
  })
  channel.on('change', () => {
    if (!stuck || channel.stuck || channel.unsaved) return
    stuck = false
    show('')
  })
}
