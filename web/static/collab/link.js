// @ts-check
// The dialog for a link's target.
import { need } from '../core/index.js'
import { safeLink } from './schema.js'

const dialog = need('dialog#doc-link')
const form = need('form[data-link-form]')
const field = need('input#doc-link-to')
const unlink = need('button[data-unlink]')

/** Adds the scheme that "example.com" and "sam@example.com" leave out. @param {string} address */
function complete(address) {
  if (/^[^\s@/]+@[^\s@/]+$/.test(address)) return `mailto:${address}`
  return /^([a-z]+:|[/#?.])/i.test(address) ? address : `https://${address}`
}

/**
 * Returns a function that opens the dialog.
 * @param {() => import('../vendor/document.js').Editor | undefined} current
 */
export function linkDialog(current) {
  form.addEventListener('submit', event => {
    const text = field.value.trim()
    const href = complete(text)
    const editor = current()
    field.setCustomValidity(safeLink(href) ? '' : 'Enter a web page, an email address or a page in Hubbub.')
    if (!field.reportValidity()) return event.preventDefault()
    const { empty } = editor?.state.selection ?? {}
    if (empty && !editor?.isActive('link')) {
      const marks = [{ type: 'link', attrs: { href } }]
      editor?.chain().focus().insertContent({ type: 'text', text, marks }).run()
    } else editor?.chain().focus().extendMarkRange('link').setLink({ href }).run()
  })
  field.addEventListener('input', () => field.setCustomValidity(''))
  unlink.addEventListener('click', () => {
    current()?.chain().focus().extendMarkRange('link').unsetLink().run()
    dialog.close()
  })
  return () => {
    const editor = current()
    if (!editor?.isEditable) return
    field.value = editor.getAttributes('link').href ?? ''
    field.required = true
    unlink.hidden = !editor.isActive('link')
    dialog.showModal()
    field.select()
  }
}
