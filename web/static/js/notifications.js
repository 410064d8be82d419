// @ts-check
// What concerns the reader, on every page: the bell's count, the rows behind it, toasts, the browser's tab.
// The count is the server's: every event carries it, and nothing here adds up.
import { $, $$, apply, dismiss, listen, parse, toast, waiting } from './app.js'

/** @typedef {{ id: number, title: string, message: string, url: string, read: boolean }} Notice */
/** @typedef {Notice & { verb: string, unreadCount: number }} Told */

const socket = io.socket
const HTML = { Accept: 'text/html' }
const AT_ONCE = 100 // as many as one question is answered with
const KEPT = 50 // rows of a page that stays open for days

const bell = /** @type {HTMLElement} */ ($('#bell'))
const list = () => /** @type {HTMLElement} */ ($('#notice-list'))
/** @param {number} id */
const keyOf = id => `notifications/${id}`
/** The newest that this page knows. */
let newest = Number(bell.dataset.newest)
/** What this page woke itself: it needs no telling. @type {Set<number>} */
const woken = new Set()

/** @param {number} n */
function showCount(n) {
  const count = /** @type {HTMLElement} */ ($('.count', bell))
  count.textContent = n > 99 ? '99+' : String(n)
  count.hidden = n === 0
  bell.setAttribute('aria-label', n ? `Notifications, ${n} unread` : 'Notifications')
  for (const button of $$('[data-read-all] button')) /** @type {HTMLButtonElement} */ (button).disabled = n === 0
  waiting('notifications', n)
}

/** What a page shows anyway needs no toast. @param {string} url */
const lookedAt = url => !document.hidden && new URL(url, location.href).pathname === location.pathname

/** @param {Notice} notice @param {Node | null} [lead] */
function tell({ id, title, message, url }, lead) {
  if (lookedAt(url)) return
  toast({ key: keyOf(id), title, body: message, href: `/notifications/${id}`, lead: lead ?? undefined, icon: 'bell', tone: 'info' })
}

/** Who did it, as the row shows them. @param {import('./types').Frame} frame */
const leadOf = ({ html }) => html ? parse(html).at(-1)?.querySelector('.notice > :first-child') : null

/** @param {Told} told @param {import('./types').Frame} frame */
function notification(told, frame) {
  newest = Math.max(newest, told.id)
  showCount(told.unreadCount)
  tell(told, leadOf(frame))
}

/** A burst that joins one row keeps its toast true, and makes no new one. @param {Told} told @param {import('./types').Frame} frame */
function notificationUpdated(told, frame) {
  showCount(told.unreadCount)
  if (told.verb === 'woken' && !told.read && !woken.delete(told.id)) tell(told, leadOf(frame))
  else if (told.verb === 'snoozed') dismiss(keyOf(told.id))
}

/** @param {{ id: number, unreadCount: number }} change */
function notificationRead({ id, unreadCount }) {
  showCount(unreadCount)
  dismiss(keyOf(id))
  showRead($(`#notice-${id}`))
}

/** @param {{ unreadCount: number }} change */
function notificationsAllRead({ unreadCount }) {
  showCount(unreadCount)
  dismiss('notifications')
  $$('.notice-row').forEach(showRead)
}

/** @param {{ id: number, unreadCount: number }} change */
function notificationRemoved({ id, unreadCount }) {
  showCount(unreadCount)
  dismiss(keyOf(id))
}

/** The row stays where it is, so that nothing moves under the pointer. @param {HTMLElement | null} row */
function showRead(row) {
  if (!row) return
  $('.notice', row)?.classList.remove('is-unread')
  for (const part of $$('[data-unread-only]', row)) part.remove()
}

/** @param {{ unreadCount: number }} answer @param {import('./types').SnapshotInfo} info */
async function snapshot({ unreadCount }, { first }) {
  showCount(unreadCount)
  const answer = await socket.get('/api/notifications', { after: newest, limit: AT_ONCE })
  if (answer.error) return
  const missed = /** @type {Notice[]} */ (answer.body).filter(({ id }) => id > newest)
  newest = Math.max(newest, ...missed.map(({ id }) => id))
  if (!first || missed.length) await redraw()
  tellMissed(missed.filter(({ read }) => !read))
}

/** @param {Notice[]} missed */
function tellMissed(missed) {
  if (missed.length === 1) tell(missed[0], $(`#notice-${missed[0].id} .notice > :first-child`)?.cloneNode(true))
  else if (missed.length) toast({ key: 'notifications/missed', title: `${missed.length} new notifications`, icon: 'bell', tone: 'info', href: '/notifications' })
}

/** Draws the list anew, as the server has it. @param {string} [source] where it is to be had; else as it was */
async function redraw(source = list().dataset.source) {
  const answer = await socket.request({ url: String(source), headers: HTML })
  if (!answer.error) apply(answer.body)
  return !answer.error
}

/** @param {Element | null} item */
const closeMenu = item => /** @type {HTMLElement | null | undefined} */ (item?.closest('.menu'))?.hidePopover()

/** Does what the form does, and stays here: what comes of it every tab is told. @param {HTMLFormElement} form @param {HTMLElement | null} button */
async function send(form, button) {
  closeMenu(button)
  const body = new FormData(form, button)
  if (body.get('do') === 'wake') woken.add(Number(form.dataset.notice))
  try {
    const answer = await fetch(form.action, { method: 'POST', body, redirect: 'manual' })
    if (!answer.ok && answer.type !== 'opaqueredirect') throw new Error(answer.statusText)
  } catch {
    toast({ title: 'That was not done', body: 'Try again in a moment.', icon: 'circle-alert', tone: 'bad' })
  }
}

/** Says why below the row, and takes it back when asked again. @param {HTMLAnchorElement} link */
async function showWhy(link) {
  const row = link.closest('.notice-row'), shown = row?.querySelector('.why')
  closeMenu(link)
  if (shown) return shown.remove()
  const answer = await socket.request({ url: `${link.pathname}/panel`, headers: HTML })
  if (answer.error) return location.assign(link.href)
  apply(answer.body)[0]?.focus()
}

/** @param {HTMLElement} tab */
async function choose(tab) {
  if (!await redraw(tab.dataset.source)) return
  for (const other of $$('#notifications [data-source]')) other.removeAttribute('aria-current')
  tab.setAttribute('aria-current', 'true')
}

/** A click that the browser would answer in another tab is the browser's. @param {Event} event */
const isPlain = event => {
  const { ctrlKey, metaKey, shiftKey } = /** @type {MouseEvent} */ (event)
  return !ctrlKey && !metaKey && !shiftKey && socket.isConnected()
}

socket.subscribe('/api/notifications/subscribe', {}, {
  snapshot, events: { notification, notificationUpdated, notificationRead, notificationsAllRead, notificationRemoved },
})
listen('submit', '[data-notice-form]', (form, event) => {
  event.preventDefault()
  send(/** @type {HTMLFormElement} */ (form), /** @type {SubmitEvent} */ (event).submitter)
})
listen('click', 'a[data-why]', (link, event) => {
  if (!isPlain(event)) return
  event.preventDefault()
  showWhy(/** @type {HTMLAnchorElement} */ (link))
})
listen('click', '#notifications a[data-source]', (tab, event) => {
  if (!isPlain(event)) return
  event.preventDefault()
  choose(tab)
})
$('#notifications')?.addEventListener('toggle', event => {
  for (const row of $$('.notice-row', list()).slice(KEPT)) row.remove()
  const lost = document.activeElement === document.body // with the row that had it
  if (lost && /** @type {ToggleEvent} */ (event).newState === 'closed') bell.focus()
})
// A browser gives the focus back when a popover closes, but not within another one.
document.addEventListener('beforetoggle', event => {
  const menu = /** @type {HTMLElement} */ (event.target)
  if (menu.matches('.notice-row .menu') && menu.contains(document.activeElement)) $(`[popovertarget="${menu.id}"]`)?.focus()
}, true)
waiting('notifications', Number(bell.dataset.unread))
