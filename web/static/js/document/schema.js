// @ts-check
// The nodes and marks of a document. A node that an editor does not know it deletes for everybody, so these are all
// that the server ever writes or shows (internal/collab/reading.templ); one more of them needs a new schema number.
import { Highlight, ListItem, Mark, Node, StarterKit, Table, TableCell, TableHeader, TableRow, TaskItem, TaskList, mergeAttributes } from '../../vendor/document.js'

/** Where a link may lead: on the web, to write a mail, or to a place here. @param {string} href */
export function safeLink(href) {
  if (/^[/#?.]/.test(href)) return !href.startsWith('//')
  try { return ['http:', 'https:', 'mailto:'].includes(new URL(href).protocol) } catch { return false }
}

/** @param {string} name @param {string} tag */
const script = (name, tag) => Mark.create({
  name,
  parseHTML: () => [{ tag }],
  renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0],
})

const Picture = Node.create({
  name: 'image',
  inline: true,
  group: 'inline',
  draggable: true,
  addAttributes: () => ({ src: { default: null }, alt: { default: null } }),
  renderHTML({ HTMLAttributes }) {
    const { src, alt } = HTMLAttributes
    return ['img', mergeAttributes({ alt: alt ?? '', loading: 'lazy' }, safeLink(src ?? '') ? { src } : {})]
  },
})

/** Importing may begin an item with something else than a paragraph. */
const content = 'block+'

export const schema = [
  StarterKit.configure({
    undoRedo: false, // it would undo what others wrote; Collaboration brings its own
    trailingNode: false, // it writes into the document by itself
    listItem: false,
    heading: { levels: [1, 2, 3, 4, 5, 6] },
    link: {
      openOnClick: false,
      defaultProtocol: 'https',
      isAllowedUri: safeLink,
      HTMLAttributes: { target: null, class: null, rel: 'noopener nofollow ugc' },
    },
  }),
  ListItem.extend({ content }),
  TaskList,
  TaskItem.extend({ content }).configure({ nested: true, a11y: { checkboxLabel: node => node.textContent || 'Empty line' } }),
  Table.configure({ renderWrapper: true }),
  TableRow,
  TableHeader,
  TableCell,
  Highlight,
  script('subscript', 'sub'),
  script('superscript', 'sup'),
  Picture,
]
