// @ts-check
// The document's data and elements in the page that the server rendered.
import { $ } from '../core/index.js'

/** @typedef {'owner' | 'editor' | 'viewer'} Role */

export const page = /** @type {HTMLElement} */ ($('[data-document]'))
export const paper = /** @type {HTMLElement} */ ($('#paper'))
export const docId = Number(page.dataset.docId)
export const schema = Number(page.dataset.schema)
export const me = Number(document.body.dataset.userId)

/** @returns {Role} */
export const role = () => /** @type {Role} */ (page.dataset.role)

/** Reports whether the user may write. */
export const canWrite = () => role() !== 'viewer'
