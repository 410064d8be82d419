// @ts-check
// The palette jumps to whatever the page marks with data-palette, whose value is the heading it stands under;
// choosing a hit clicks that element. An ARIA combobox: the focus stays in the input, the hit is pointed at.
import { $, $$, bind, el, icon } from './dom.js'
import { match } from './match.js'
import { switchTheme } from './theme.js'

const RECENT = 5
const DO = 'Do'

/** @typedef {{ group: string, label: string, lead: Node, choose: () => void }} Choice */
/** @typedef {Choice & { marks: number[], score: number }} Hit */

const dialog = /** @type {HTMLDialogElement | null} */ ($('dialog#palette'))
const input = /** @type {HTMLInputElement} */ ($('#palette-input'))
const list = /** @type {HTMLElement} */ ($('#palette-list'))

/** @type {Choice[]} */
let choices = []
/** @type {Hit[]} */
let hits = []
let at = 0

/** @returns {Choice[]} */
function collect() {
  const marked = $$('[data-palette]').map(element => ({
    group: element.dataset.palette || 'Pages',
    label: ($('.truncate', element) ?? $('span:not(.push)', element) ?? element).textContent?.trim() ?? '',
    lead: leadOf(element),
    choose: () => element.click(),
  }))
  const theme = { group: DO, label: 'Switch theme', lead: tile('sun-moon'), choose: switchTheme }
  return gathered([...recent(marked), ...marked, theme])
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
    return known ? [{ ...known, group: 'Recent', lead: known.lead.cloneNode(true) }] : []
  })
}

/** @param {string} label */
function remember(label) {
  const labels = [label, ...remembered().filter(other => other !== label)].slice(0, RECENT)
  try { localStorage.setItem('palette', JSON.stringify(labels)) } catch { /* private windows may refuse */ }
}

/** @returns {Hit[]} */
function search() {
  const query = input.value.trim()
  if (!query) return choices.map(choice => ({ ...choice, marks: [], score: 0 }))
  return choices
    .filter(choice => choice.group !== 'Recent')
    .flatMap(choice => {
      const found = match(query, choice.label)
      return found ? [{ ...choice, ...found }] : []
    })
    .sort((a, b) => b.score - a.score)
}

function render() {
  hits = search()
  at = Math.min(at, Math.max(hits.length - 1, 0))
  list.replaceChildren(...(hits.length ? groups() : [nothing()]))
  bind('took', hits.length === 1 ? '1 result' : `${hits.length} results`)
  point()
}

/** With a query the best comes first, so that headings would only repeat themselves. */
function groups() {
  const options = hits.map(option)
  if (input.value.trim()) return options
  const names = new Set(hits.map(hit => hit.group))
  return [...names].map(name => el('div', { role: 'group', 'aria-label': name },
    el('div', { class: 'group-label', 'aria-hidden': 'true' }, name),
    ...options.filter((_, i) => hits[i].group === name)))
}

/** @param {Hit} hit @param {number} i */
function option(hit, i) {
  const words = [...hit.label].map((letter, n) => hit.marks.includes(n) ? el('mark', {}, letter) : letter)
  return el('div', { class: 'hit', role: 'option', id: `hit-${i}` },
    hit.lead.cloneNode(true), el('span', { class: 'truncate' }, el('b', {}, ...words)), el('span', { class: 'sub' }, hit.group))
}

function nothing() {
  return el('div', { class: 'empty', role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false' },
    el('h3', {}, `Nothing matches “${input.value.trim()}”`), el('p', {}, 'Try fewer letters, or a name.'))
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
  remember(hit.label)
  hit.choose()
}

/** @param {KeyboardEvent} event */
function key(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (event.key === 'Enter' && !event.isComposing) choose(hits[at])
  else if (step && hits.length) at = (at + step + hits.length) % hits.length
  else return
  event.preventDefault()
  point()
}

/** @param {Event} event @returns {number} */
const indexOf = event => $$('.hit', list).findIndex(hit => hit.contains(/** @type {Node} */ (event.target)))

/** Opens the palette with what the page has now, or closes it. */
export function togglePalette() {
  if (!dialog) return
  if (dialog.open) return dialog.close()
  input.value = ''
  at = 0
  choices = collect()
  render()
  dialog.showModal()
}

input.addEventListener('input', () => { at = 0; render() })
input.addEventListener('keydown', key)
list.addEventListener('click', event => choose(hits[indexOf(event)]))
list.addEventListener('pointermove', event => {
  const i = indexOf(event)
  if (i >= 0 && i !== at) { at = i; point() }
})
