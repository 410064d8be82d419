// @ts-check
// The document's data and elements in the page that the server rendered.
import { need } from '../core/index.js'

/** @typedef {import('../protocol').collab.Role} Role */

export const page = need('[data-document]')
export const paper = need('#paper')
export const docId = Number(page.dataset.docId)
export const schema = Number(page.dataset.schema)
export const me = Number(document.body.dataset.userId)

/** @returns {Role} */
export function role() {
  const role = page.dataset.role
  return role === 'owner' || role === 'editor' ? role : 'viewer'
}

/** Reports whether the user may write. */
export const canWrite = () => role() !== 'viewer'
