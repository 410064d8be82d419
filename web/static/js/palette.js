// @ts-check
// The palette jumps to whatever the page marks with data-palette, whose value is the heading it stands under;
// choosing a hit clicks that element. Below comes what the server finds, as one types.
// An ARIA combobox: the focus stays in the input, the hit is pointed at.
import { announce } from './announce.js'
import { $, $$, bind, el, icon, socket } from './dom.js'
import { match } from './match.js'
import { find } from './palette/found.js'
import { recentSearches, rememberSearch, searchPath } from './palette/searches.js'
import { switchTheme } from './theme.js'

const RECENT = 5
const DO = 'Do'
const SEARCHES = 'Recent searches'
const QUIET_MS = 400

/** @typedef {{ group: string, label: string, lead: Node, choose: () => void, past?: boolean }} Choice */
/** A choice that fits, or what the server found, with its content. @typedef {{ group: string, label: string, key: string, choose: () => void, marks?: number[], score?: number, lead?: Node, sub?: string, content?: Node[] }} Hit */

const dialog = /** @type {HTMLDialogElement | null} */ ($('dialog#palette'))
const input = /** @type {HTMLInputElement} */ ($('#palette-input'))
const list = /** @type {HTMLElement} */ ($('#palette-list'))

/** @type {Choice[]} */
let choices = []
/** @type {Hit[]} */
let hits = []
let at = 0
/** What the server found for what is typed. @type {Hit[]} */
let found = []
let pending = false
let moved = false
let saying = 0

const query = () => input.value.trim()

/** @returns {Choice[]} */
function collect() {
  const marked = $$('[data-palette]').map(element => ({
    group: element.dataset.palette || 'Pages',
    label: ($('.truncate', element) ?? $('span:not(.push)', element) ?? element).textContent?.trim() ?? '',
    lead: leadOf(element),
    choose: () => element.click(),
  }))
  const theme = { group: DO, label: 'Switch theme', lead: tile('sun-moon'), choose: switchTheme }
  return gathered([...recent(marked), ...recentSearches().map(asChoice), ...marked, theme])
}

/** @param {Element} element */
function leadOf(element) {
  const avatar = $('.avatar', element), own = $('.icon', element)
  if (avatar) return avatar.cloneNode(true)
  return own ? el('span', { class: 'tile-icon' }, own.cloneNode(true)) : tile('arrow-right')
}

/** @param {string} name */
const tile = name => el('span', { class: 'tile-icon' }, icon(name))

/** Those of a heading stand together, in the order in which the headings come; what one can do comes last. @param {Choice[]} all */
function gathered(all) {
  const groups = new Set(all.map(choice => choice.group))
  groups.delete(DO)
  return [...groups, DO].flatMap(group => all.filter(choice => choice.group === group))
}

/** @returns {string[]} */
function remembered() {
  try { return JSON.parse(localStorage.getItem('palette') ?? '[]') } catch { return [] }
}

/** @param {Choice[]} all @returns {Choice[]} */
function recent(all) {
  return remembered().flatMap(label => {
    const known = all.find(choice => choice.label === label)
    return known ? [{ ...known, group: 'Recent', lead: known.lead.cloneNode(true), past: true }] : []
  })
}

/** @param {string} text @returns {Choice} */
function asChoice(text) {
  return { group: SEARCHES, label: text, lead: tile('history'), choose: () => seeAll(text), past: true }
}

/** @param {string} label */
function remember(label) {
  const labels = [label, ...remembered().filter(other => other !== label)].slice(0, RECENT)
  try { localStorage.setItem('palette', JSON.stringify(labels)) } catch { /* private windows may refuse */ }
}

/** What is typed is looked for here at once, and by the server after a moment. @returns {Hit[]} */
function search() {
  const text = query()
  if (!text) return choices.map(choice => asHit(choice, choice.group))
  const here = fitting(text)
  const known = new Set(here.map(({ label }) => label))
  const there = found.filter(({ key, label }) => !(/^found-(user|room)-/.test(key) && known.has(label)))
  const all = socket && (here.length || there.length || pending) ? [everything(text)] : []
  return [...here, ...there, ...all]
}

/** The best first. @param {string} text @returns {Hit[]} */
function fitting(text) {
  return choices
    .filter(choice => !choice.past)
    .flatMap(choice => {
      const fit = match(text, choice.label)
      return fit ? [{ ...asHit(choice, 'Jump to'), ...fit, sub: choice.group }] : []
    })
    .sort((a, b) => b.score - a.score)
}

/** @param {Choice} choice @param {string} group @returns {Hit} */
function asHit(choice, group) {
  const choose = () => { if (choice.group !== SEARCHES) remember(choice.label); choice.choose() }
  return { ...choice, group, choose, key: `${choice.group} ${choice.label}` }
}

/** @param {string} text @returns {Hit} */
function everything(text) {
  return { group: 'Search', label: `See all results for “${text}”`, key: 'all', lead: tile('search'), choose: () => seeAll(text) }
}

/** @param {string} text */
function seeAll(text) {
  rememberSearch(text)
  location.assign(searchPath(text))
}

/** @param {import('./palette/found.js').Found[]} answer */
function take(answer) {
  pending = false
  found = answer.map(({ id, title, href, content }) => ({
    group: 'Found', label: title, key: id, content, choose: () => { rememberSearch(query()); location.assign(href) },
  }))
  render()
  clearTimeout(saying)
  saying = setTimeout(() => dialog?.open && announce(counted()), QUIET_MS)
}

/** "See all results" is none itself. */
function counted() {
  const n = hits.filter(({ key }) => key !== 'all').length
  return n === 1 ? '1 result' : `${n} results`
}

/** Draws what there is now. The hit that the reader moved to stays the one that is pointed at. */
function render() {
  const key = moved ? hits[at]?.key : undefined
  hits = search()
  at = Math.max(hits.findIndex(hit => hit.key === key), 0)
  list.replaceChildren(...(hits.length ? groups() : [nothing()]))
  bind('took', pending ? 'Searching…' : counted())
  point()
}

function groups() {
  const options = hits.map(option)
  const names = new Set(hits.map(hit => hit.group))
  return [...names].map(name => el('div', { role: 'group', 'aria-label': name },
    el('div', { class: 'group-label', 'aria-hidden': 'true' }, name),
    ...options.filter((_, i) => hits[i].group === name)))
}

/** @param {Hit} hit @param {number} i */
function option({ label, marks = [], lead, sub, content }, i) {
  if (content) return el('div', { class: 'hit', role: 'option', id: `hit-${i}` }, ...content.map(node => node.cloneNode(true)))
  const words = [...label].map((letter, n) => marks.includes(n) ? el('mark', {}, letter) : letter)
  return el('div', { class: 'hit', role: 'option', id: `hit-${i}` },
    ...lead ? [lead.cloneNode(true)] : [], el('span', { class: 'truncate' }, el('b', {}, ...words)), ...sub ? [el('span', { class: 'sub' }, sub)] : [])
}

function nothing() {
  return el('div', { class: 'empty', role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false' },
    el('h3', {}, `Nothing matches “${query()}”`), el('p', {}, 'Try fewer letters, or a name.'))
}

function point() {
  for (const hit of $$('.hit', list)) hit.setAttribute('aria-selected', String(hit.id === `hit-${at}`))
  if (hits.length) input.setAttribute('aria-activedescendant', `hit-${at}`)
  else input.removeAttribute('aria-activedescendant')
  $(`#hit-${at}`, list)?.scrollIntoView({ block: 'nearest' })
}

/** @param {Hit | undefined} hit */
function choose(hit) {
  if (!hit) return
  dialog?.close()
  hit.choose()
}

/** @param {KeyboardEvent} event */
function key(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (event.key === 'Enter' && !event.isComposing) event.metaKey || event.ctrlKey ? seeAll(query()) : choose(hits[at])
  else if (step && hits.length) move((at + step + hits.length) % hits.length)
  else return
  event.preventDefault()
}

/** @param {number} to */
function move(to) {
  at = to
  moved = true
  point()
}

function typed() {
  moved = false
  found = []
  pending = find(query(), take)
  render()
}

/** @param {Event} event @returns {number} */
const indexOf = event => $$('.hit', list).findIndex(hit => hit.contains(/** @type {Node} */ (event.target)))

/** Opens the palette with what the page has now, or closes it. */
export function togglePalette() {
  if (!dialog) return
  if (dialog.open) return dialog.close()
  input.value = ''
  choices = collect()
  typed()
  dialog.showModal()
}

input.addEventListener('input', typed)
input.addEventListener('keydown', key)
list.addEventListener('click', event => choose(hits[indexOf(event)]))
list.addEventListener('pointermove', event => {
  const i = indexOf(event)
  if (i >= 0 && i !== at) move(i)
})
