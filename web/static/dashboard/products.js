// @ts-check
// The pages of the products: the list, or one product, kept up to date. Changed rows of the list come as fragments.
import { $, $$, parse, place } from '../core/index.js'

/** @typedef {{ verb: string, id: number, data: { name?: string, description?: string, price?: string } }} Change */

const list = $('[data-products]')
const shown = Number($('[data-product]')?.dataset.product)
const money = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' })

/** Replaces the list at first and after every break. @param {string} html all rows */
function snapshot(html) {
  if (!list) return
  const rows = parse(html)
  const ids = new Set(rows.map(row => row.id))
  for (const row of $$(':scope > tr', list)) if (!ids.has(row.id)) row.remove()
  rows.forEach(place)
}

/** @param {Change} change */
function applyChange({ verb, id, data }) {
  if (id !== shown) return
  if (verb === 'destroyed') return location.assign('/products')
  const price = data.price && money.format(Number(data.price))
  for (const [field, text] of Object.entries({ name: data.name, description: data.description, price })) {
    const where = $(`[data-${field}]`)
    if (where && text !== undefined) where.textContent = text
  }
}

io.socket.subscribe('/api/products', {}, { headers: { Accept: 'text/html' }, snapshot, events: { product: applyChange } })
