// @ts-check
// The list of products, or one of them, in step with whoever changes them. Rows of the list come as fragments.
import { $, $$, parse, place } from './app.js'

/** @typedef {{ verb: string, id: number, data: { name?: string, description?: string, price?: string } }} Change */

const list = $('[data-products]')
const shown = Number($('[data-product]')?.dataset.product)
const money = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' })

/** All of them, after a break too. @param {string} html */
function snapshot(html) {
  if (!list) return
  const rows = parse(html), known = new Set(rows.map(row => row.id))
  for (const row of $$(':scope > tr', list)) if (!known.has(row.id)) row.remove()
  rows.forEach(place)
}

/** @param {Change} change */
function changed({ verb, id, data }) {
  if (id !== shown) return
  if (verb === 'destroyed') return location.assign('/products')
  const words = { name: data.name, description: data.description, price: data.price && money.format(Number(data.price)) }
  for (const [field, text] of Object.entries(words)) {
    const where = $(`[data-${field}]`)
    if (where && text !== undefined) where.textContent = text
  }
}

io.socket.subscribe('/api/products', {}, { headers: { Accept: 'text/html' }, snapshot, events: { product: changed } })
