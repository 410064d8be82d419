// @ts-check
// The pages of the products: the list, or one product, kept up to date. Changed rows of the list come as fragments.
import { $, $$, HTML, parse, place } from '../core/index.js'

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

/** @param {import('../protocol').Events['product']} change */
function applyChange(change) {
  if (change.id !== shown) return
  if (change.verb === 'destroyed') return location.assign('/products')
  const { name, description, price } = change.data
  for (const [field, text] of Object.entries({ name, description, price: money.format(Number(price)) })) {
    const where = $(`[data-${field}]`)
    if (where) where.textContent = text
  }
}

io.socket.subscribe('/api/products', {}, { headers: HTML, snapshot, events: { product: applyChange } })
