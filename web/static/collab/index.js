// @ts-check
// The entry of a document's page. The text that the server rendered can be read at once; the editor, which is large, is
// fetched when the page is loaded.
import './share.js'
import './title.js'

const edit = () => import('./document.js')
if (document.readyState === 'complete') edit()
else addEventListener('load', edit, { once: true })
