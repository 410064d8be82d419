// @ts-check
// Web Push on this device. Every page says again what the browser has, and closes what was read elsewhere;
// the preferences switch it on and off.
import { $, $$, apply, listen, socket, toast } from './app.js'

const WORKER = '/sw.js'

/** @typedef {'unsupported' | 'blocked' | 'off' | 'on'} State */

const supported = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window
const registered = () => navigator.serviceWorker.getRegistration('/')

/** @param {string} method @param {string} url @param {object} [data] */
const call = (method, url, data) => fetch(url, { method, headers: { 'Content-Type': 'application/json' }, body: data && JSON.stringify(data) })

/** @param {PushSubscription} subscription @param {object} [more] */
const tell = (subscription, more) => call('POST', '/api/push/subscriptions', { ...subscription.toJSON(), ...more })

/** @param {ServiceWorkerRegistration} registration */
async function subscribe(registration) {
  const { key } = await (await call('GET', '/api/push/key')).json()
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })
}

/** The key that a subscription was made for, as the server writes it. @param {PushSubscription} subscription */
function keyOf({ options }) {
  const bytes = new Uint8Array(options.applicationServerKey ?? new ArrayBuffer(0))
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/**
 * The server may have forgotten this browser: its person signed out, or the push service did. It says whether to
 * stay, to stop (404), or to subscribe anew (410).
 */
async function renew() {
  const registration = supported && Notification.permission === 'granted' && await registered()
  const subscription = registration && await registration.pushManager.getSubscription()
  if (!subscription) return
  const { status } = await tell(subscription, { renew: true, key: keyOf(subscription) })
  if (status !== 404 && status !== 410) return
  await subscription.unsubscribe()
  if (status === 410) await tell(await subscribe(registration), { replaces: subscription.endpoint })
}

/** @returns {Promise<State>} */
async function state() {
  if (!supported) return 'unsupported'
  if (Notification.permission === 'denied') return 'blocked'
  const registration = Notification.permission === 'granted' && await registered()
  return registration && await registration.pushManager.getSubscription() ? 'on' : 'off'
}

async function switchOn() {
  if (await Notification.requestPermission() !== 'granted') return
  await navigator.serviceWorker.register(WORKER)
  const subscription = await subscribe(await navigator.serviceWorker.ready)
  const response = await tell(subscription)
  if (response.ok) return
  await subscription.unsubscribe()
  throw new Error((await response.json()).detail)
}

async function switchOff() {
  const subscription = await (await registered())?.pushManager.getSubscription()
  if (!subscription) return
  await subscription.unsubscribe()
  await call('DELETE', `/api/push/subscriptions?${new URLSearchParams({ endpoint: subscription.endpoint })}`)
}

/** Does what a button says, then shows how things are. @param {HTMLElement} button @param {() => Promise<void>} change */
async function change(button, change) {
  button.setAttribute('aria-busy', 'true')
  try {
    await change()
  } catch {
    toast({ title: 'That did not work', body: 'The browser’s push service could not be reached. Try again later.', icon: 'triangle-alert', tone: 'bad' })
  }
  button.removeAttribute('aria-busy')
  await refresh()
  $('[data-push-when]:not([hidden]) button')?.focus()
}

async function refresh() {
  apply(await (await fetch('/notifications/devices')).text())
  await show()
}

/** Says in the preferences how push is on this device. */
async function show() {
  if (!$('[data-push]')) return
  const now = await state()
  for (const part of $$('[data-push-when]')) part.hidden = part.dataset.pushWhen !== now
  const subscription = now === 'on' && await (await registered())?.pushManager.getSubscription()
  for (const device of $$('[data-push-endpoint]')) {
    const mark = $('[data-push-here]', device)
    if (mark) mark.hidden = !subscription || device.dataset.pushEndpoint !== subscription.endpoint
  }
}

listen('click', '[data-push-on]', button => change(button, switchOn))
listen('click', '[data-push-off]', button => change(button, switchOff))

/** Closes what this device shows of notifications. @param {(id: number) => boolean} which */
async function closeShown(which) {
  const registration = supported && await registered()
  for (const { tag, data, close } of registration ? await shownBy(registration) : []) if (tag.startsWith('n') && which(data?.id)) close()
}

/** @param {ServiceWorkerRegistration} registration */
const shownBy = async registration => (await registration.getNotifications()).map(n => ({ tag: n.tag, data: n.data, close: () => n.close() }))

/** What was read while no page was open. */
async function compareShown() {
  const registration = supported && await registered()
  if (!registration || !(await registration.getNotifications()).length) return
  const answer = await (await call('GET', '/api/notifications?unread=true&limit=100')).json()
  const unread = new Set(answer.map((/** @type {{ id: number }} */ { id }) => id))
  await closeShown(id => !unread.has(id))
}

/** @typedef {{ id: number, read?: boolean, snoozedUntil?: string | null }} News */
/** @param {News} news */
const closeOne = ({ id }) => closeShown(shown => shown === id)

socket?.on('notificationRead', closeOne)
socket?.on('notificationRemoved', closeOne)
socket?.on('notificationsAllRead', () => closeShown(() => true))
socket?.on('notificationUpdated', (/** @type {News} */ news) => { if (news.read || news.snoozedUntil) closeOne(news) })

await renew().catch(() => {}) // without a network: the next page does it
await show()
await compareShown().catch(() => {})
