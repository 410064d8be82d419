// @ts-check
// Notifications, on every page: the bell's count, its list, toasts, and the browser tab's icon.
// The count is the server's: every event carries it, and this module never adds to it.
import { $, $$, apply, capped, closest, dismiss, listen, need, parse, requestHTML, showInTab, toast } from '../core/index.js'

/** @typedef {import('../protocol').notify.Notice} Notice */
/** @typedef {import('../protocol').notify.NoticeEvent} NoticeEvent */
/** @typedef {import('../protocol').notify.NoticeCount} NoticeCount */
/** @typedef {import('../protocol').notify.Count} Count */

const socket = io.socket
const MAX_MISSED = 100 // the server's limit for one request
const KEPT = 50 // rows of the list in a page that stays open for days

const bell = need('#bell')
const list = () => need('#notice-list')
/** @param {number} id */
const keyOf = id => `notifications/${id}`
/** The id of the newest notification that this page has shown. */
let newest = Number(bell.dataset.newest)
/** The notifications that this page unsnoozed itself: they get no toast. @type {Set<number>} */
const unsnoozed = new Set()

/** @param {number} n */
function showCount(n) {
  const count = need('.count', bell)
  count.textContent = capped(n)
  count.hidden = n === 0
  bell.setAttribute('aria-label', n ? `Notifications, ${n} unread` : 'Notifications')
  for (const button of $$('[data-read-all] button')) button.disabled = n === 0
  showInTab('notifications', n)
}

/** Reports whether a notification links to this page, which is visible: then it gets no toast. @param {string} url */
const isOnScreen = url => !document.hidden && new URL(url, location.href).pathname === location.pathname

/** @param {Notice | NoticeEvent} notice @param {Node | null} [lead] */
function showToast({ id, title, message, url }, lead) {
  if (isOnScreen(url)) return
  toast({
    key: keyOf(id), title, body: message, href: `/notifications/${id}`,
    lead: lead ?? undefined, icon: 'bell', tone: 'info',
  })
}

/** The avatar or icon of a notification's row. @param {import('../socket/types').Frame} frame */
const leadOf = ({ html }) => html ? parse(html).at(-1)?.querySelector('.notice > :first-child') : null

/** @param {NoticeEvent} change @param {import('../socket/types').Frame} frame */
function notification(change, frame) {
  newest = Math.max(newest, change.id)
  showCount(change.unreadCount)
  showToast(change, leadOf(frame))
}

/**
 * Shows a toast for a notification whose snooze has ended, and removes the toast of one that is snoozed. Other updates,
 * such as another occurrence in the same row, show none.
 * @param {NoticeEvent} change @param {import('../socket/types').Frame} frame
 */
function notificationUpdated(change, frame) {
  showCount(change.unreadCount)
  if (change.verb === 'woken' && !change.read && !unsnoozed.delete(change.id)) showToast(change, leadOf(frame))
  else if (change.verb === 'snoozed') dismiss(keyOf(change.id))
}

/** @param {NoticeCount} change */
function notificationRead({ id, unreadCount }) {
  showCount(unreadCount)
  dismiss(keyOf(id))
  showRead($(`#notice-${id}`))
}

/** @param {Count} change */
function notificationsAllRead({ unreadCount }) {
  showCount(unreadCount)
  dismiss('notifications')
  $$('.notice-row').forEach(showRead)
}

/** @param {NoticeCount} change */
function notificationRemoved({ id, unreadCount }) {
  showCount(unreadCount)
  dismiss(keyOf(id))
}

/** Shows a row as read. The row stays, so that nothing moves under the pointer. @param {HTMLElement | null} row */
function showRead(row) {
  if (!row) return
  $('.notice', row)?.classList.remove('is-unread')
  for (const part of $$('[data-unread-only]', row)) part.remove()
}

/**
 * Sets the count and fetches what was missed.
 * @param {Count} body @param {import('../socket/types').SnapshotInfo} info
 */
async function snapshot({ unreadCount }, { first }) {
  showCount(unreadCount)
  const answer = await socket.get('/api/notifications', { after: newest, limit: MAX_MISSED })
  if (answer.error) return
  const missed = answer.body.filter(({ id }) => id > newest)
  newest = Math.max(newest, ...missed.map(({ id }) => id))
  if (!first || missed.length) await redraw()
  showMissed(missed.filter(({ read }) => !read))
}

/** @param {Notice[]} missed */
function showMissed(missed) {
  if (!missed.length) return
  const lead = $(`#notice-${missed[0].id} .notice > :first-child`)
  if (missed.length === 1) return showToast(missed[0], lead?.cloneNode(true))
  const title = `${missed.length} new notifications`
  toast({ key: 'notifications/missed', title, icon: 'bell', tone: 'info', href: '/notifications' })
}

/** Fetches and shows the list. @param {string} [source] its URL; by default that of the list shown */
async function redraw(source = list().dataset.source) {
  const answer = await requestHTML({ url: String(source) })
  if (!answer.error) apply(answer.body)
  return !answer.error
}

/** @param {Element | null} item */
const closeMenu = item => closest(item, '.menu')?.hidePopover()

/**
 * Submits a form without leaving the page. The events that follow, which every tab gets, show the result.
 * @param {HTMLFormElement} form @param {HTMLElement | null} button
 */
async function send(form, button) {
  closeMenu(button)
  const body = new FormData(form, button)
  if (body.get('do') === 'wake') unsnoozed.add(Number(form.dataset.notice))
  try {
    const answer = await fetch(form.action, { method: 'POST', body, redirect: 'manual' })
    if (!answer.ok && answer.type !== 'opaqueredirect') throw new Error(answer.statusText)
  } catch {
    toast({ title: 'That didn’t work', body: 'Try again in a moment.', icon: 'circle-alert', tone: 'bad' })
  }
}

/** Shows below the row why the user was notified, or hides that again. @param {HTMLAnchorElement} link */
async function toggleWhy(link) {
  const row = link.closest('.notice-row')
  const shown = row?.querySelector('.why')
  closeMenu(link)
  if (shown) return shown.remove()
  const answer = await requestHTML({ url: `${link.pathname}/panel` })
  if (answer.error) return location.assign(link.href)
  apply(answer.body)[0]?.focus()
}

/** @param {HTMLElement} tab */
async function choose(tab) {
  if (!await redraw(tab.dataset.source)) return
  for (const other of $$('#notifications [data-source]')) other.removeAttribute('aria-current')
  tab.setAttribute('aria-current', 'true')
}

/**
 * Reports whether a click can be handled here: the browser handles one that opens another tab.
 * @param {MouseEvent} event
 */
const isPlain = ({ ctrlKey, metaKey, shiftKey }) => !ctrlKey && !metaKey && !shiftKey && socket.isConnected()

socket.subscribe('/api/notifications/subscribe', {}, {
  snapshot, events: { notification, notificationUpdated, notificationRead, notificationsAllRead, notificationRemoved },
})
listen('submit', 'form[data-notice-form]', (form, event) => {
  event.preventDefault()
  send(form, event.submitter)
})
listen('click', 'a[data-why]', (link, event) => {
  if (!isPlain(event)) return
  event.preventDefault()
  toggleWhy(link)
})
listen('click', '#notifications a[data-source]', (tab, event) => {
  if (!isPlain(event)) return
  event.preventDefault()
  choose(tab)
})
$('#notifications')?.addEventListener('toggle', event => {
  for (const row of $$('.notice-row', list()).slice(KEPT)) row.remove()
  const isFocusLost = document.activeElement === document.body // with a row that was removed
  if (isFocusLost && event.newState === 'closed') bell.focus()
})
// A browser returns the focus when a popover closes, but not when it is inside another popover.
document.addEventListener('beforetoggle', event => {
  const menu = event.target instanceof HTMLElement && event.target.matches('.notice-row .menu') ? event.target : null
  if (menu?.contains(document.activeElement)) $(`[popovertarget="${menu.id}"]`)?.focus()
}, true)
showInTab('notifications', Number(bell.dataset.unread))
