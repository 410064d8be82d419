// @ts-check
// The nodes and marks of a document. An editor deletes nodes that it does not know, for all users. So the server writes
// and shows only these (internal/collab/reading.templ), and adding one requires a new schema number.
import {
  Highlight, ListItem, Mark, Node, StarterKit, Table, TableCell, TableHeader, TableRow, TaskItem, TaskList,
  mergeAttributes,
} from '../vendor/document.js'

/** Reports whether a link leads to the web, to a mail address or to a page of this site. @param {string} href */
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

/** The content of a list item. An imported one may begin with a block other than a paragraph. */
const content = 'block+'

export const schema = [
  StarterKit.configure({
    undoRedo: false, // it would undo the changes of other users; Collaboration has its own
    trailingNode: false, // it changes the document without the user
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
  TaskItem.extend({ content }).configure({
    nested: true, a11y: { checkboxLabel: node => node.textContent || 'Empty line' },
  }),
  Table.configure({ renderWrapper: true }),
  TableRow,
  TableHeader,
  TableCell,
  Highlight,
  script('subscript', 'sub'),
  script('superscript', 'sup'),
  Picture,
]
