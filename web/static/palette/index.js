// @ts-check
// The command palette. It lists the elements that the page marks with data-palette, whose value is the heading above
// them; choosing one clicks the element. Below them are the server's search results for the text that is typed.
// It is an ARIA combobox: the focus stays in the input, aria-activedescendant names the selected hit.
import { $, $$, announce, bind, closest, el, icon, need, socket, switchTheme } from '../core/index.js'
import { match } from '../core/match.js'
import { find } from './found.js'
import { recentSearches, rememberSearch, searchPath } from './searches.js'

const RECENT = 5
const DO = 'Do' // the heading of actions
const SEARCHES = 'Recent searches'
const ANNOUNCE_MS = 400

/**
 * What the palette can do; past: a recent choice or search.
 * @typedef {{ group: string, label: string, lead: Node, choose: () => void, past?: boolean }} Choice
 */
/**
 * A line of the list: a choice that matches, or a result of the server, with its content.
 * @typedef {{
 *   group: string, label: string, key: string, choose: () => void,
 *   marks?: number[], score?: number, lead?: Node, sub?: string, content?: Node[],
 * }} Hit
 */

const dialog = $('dialog#palette')
const input = need('input#palette-input')
const list = need('#palette-list')

/** @type {Choice[]} */
let choices = []
/** @type {Hit[]} */
let hits = []
let at = 0 // the index of the selected hit
/** The server's results for the text that is typed. @type {Hit[]} */
let found = []
let pending = false
let moved = false // whether the user has moved the selection since the last input
let announceTimer = 0

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
  return grouped([...recentChoices(marked), ...recentSearches().map(searchChoice), ...marked, theme])
}

/** @param {Element} element */
function leadOf(element) {
  const avatar = $('.avatar', element)
  const own = $('.icon', element)
  if (avatar) return avatar.cloneNode(true)
  return own ? el('span', { class: 'tile-icon' }, own.cloneNode(true)) : tile('arrow-right')
}

/** @param {string} name */
const tile = name => el('span', { class: 'tile-icon' }, icon(name))

/** Sorts choices by heading, in the order of the headings' first choices; actions come last. @param {Choice[]} all */
function grouped(all) {
  const groups = new Set(all.map(choice => choice.group))
  groups.delete(DO)
  return [...groups, DO].flatMap(group => all.filter(choice => choice.group === group))
}

/** @returns {string[]} */
function recentLabels() {
  try { return JSON.parse(localStorage.getItem('palette') ?? '[]') } catch { return [] }
}

/** @param {Choice[]} all @returns {Choice[]} */
function recentChoices(all) {
  return recentLabels().flatMap(label => {
    const choice = all.find(choice => choice.label === label)
    return choice ? [{ ...choice, group: 'Recent', lead: choice.lead.cloneNode(true), past: true }] : []
  })
}

/** @param {string} text @returns {Choice} */
function searchChoice(text) {
  return { group: SEARCHES, label: text, lead: tile('history'), choose: () => seeAll(text), past: true }
}

/** @param {string} label */
function remember(label) {
  const labels = [label, ...recentLabels().filter(other => other !== label)].slice(0, RECENT)
  try { localStorage.setItem('palette', JSON.stringify(labels)) } catch { /* private windows may refuse */ }
}

/** The hits for the text: the page's at once, the server's when they have arrived. @returns {Hit[]} */
function search() {
  const text = query()
  if (!text) return choices.map(choice => asHit(choice, choice.group))
  const here = matching(text)
  const labels = new Set(here.map(({ label }) => label))
  const there = found.filter(({ key, label }) => !(/^found-(user|room)-/.test(key) && labels.has(label)))
  const all = socket && (here.length || there.length || pending) ? [seeAllHit(text)] : []
  return [...here, ...there, ...all]
}

/** The choices that match, the best first. @param {string} text @returns {Hit[]} */
function matching(text) {
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
  const choose = () => {
    if (choice.group !== SEARCHES) remember(choice.label)
    choice.choose()
  }
  return { ...choice, group, choose, key: `${choice.group} ${choice.label}` }
}

/** @param {string} text @returns {Hit} */
function seeAllHit(text) {
  const label = `See all results for “${text}”`
  return { group: 'Search', label, key: 'all', lead: tile('search'), choose: () => seeAll(text) }
}

/** @param {string} text */
function seeAll(text) {
  rememberSearch(text)
  location.assign(searchPath(text))
}

/** @param {import('./found.js').Found[]} answer */
function showFound(answer) {
  pending = false
  found = answer.map(({ id, title, href, content }) => ({
    group: 'Results', label: title, key: id, content, choose: () => { rememberSearch(query()); location.assign(href) },
  }))
  render()
  clearTimeout(announceTimer)
  announceTimer = setTimeout(() => dialog?.open && announce(resultCount()), ANNOUNCE_MS)
}

/** The number of hits in words, without "See all results". */
function resultCount() {
  const n = hits.filter(({ key }) => key !== 'all').length
  return n === 1 ? '1 result' : `${n} results`
}

/** Draws the list. The hit that the user has moved to stays selected. */
function render() {
  const key = moved ? hits[at]?.key : undefined
  hits = search()
  at = Math.max(hits.findIndex(hit => hit.key === key), 0)
  list.replaceChildren(...(hits.length ? groups() : [nothing()]))
  bind('took', pending ? 'Searching…' : resultCount())
  showSelection()
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
  const row = el('div', { class: 'hit', role: 'option', id: `hit-${i}` })
  if (content) {
    row.append(...content.map(node => node.cloneNode(true)))
    return row
  }
  const words = [...label].map((letter, n) => marks.includes(n) ? el('mark', {}, letter) : letter)
  if (lead) row.append(lead.cloneNode(true))
  row.append(el('span', { class: 'truncate' }, el('b', {}, ...words)))
  if (sub) row.append(el('span', { class: 'sub' }, sub))
  return row
}

function nothing() {
  return el('div', { class: 'empty', role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false' },
    el('h3', {}, `No results for “${query()}”`), el('p', {}, 'Try a shorter word or a name.'))
}

function showSelection() {
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
function onKeydown(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  const withKey = event.metaKey || event.ctrlKey
  if (event.key === 'Enter' && !event.isComposing) withKey ? seeAll(query()) : choose(hits[at])
  else if (step && hits.length) move((at + step + hits.length) % hits.length)
  else return
  event.preventDefault()
}

/** @param {number} to */
function move(to) {
  at = to
  moved = true
  showSelection()
}

function onInput() {
  moved = false
  found = []
  pending = find(query(), showFound)
  render()
}

/** @param {Event} event */
const indexOf = ({ target }) => $$('.hit', list).indexOf(closest(target, '.hit') ?? list)

/** Opens the palette with what the page marks now, or closes it. */
export function togglePalette() {
  if (!dialog) return
  if (dialog.open) return dialog.close()
  input.value = ''
  choices = collect()
  onInput()
  dialog.showModal()
}

input.addEventListener('input', onInput)
input.addEventListener('keydown', onKeydown)
list.addEventListener('click', event => choose(hits[indexOf(event)]))
list.addEventListener('pointermove', event => {
  const i = indexOf(event)
  if (i >= 0 && i !== at) move(i)
})
