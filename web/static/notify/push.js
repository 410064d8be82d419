// @ts-check
// Web Push on this device. Every page renews the browser's subscription at the server, and closes notifications that
// were read elsewhere; the preferences switch push on and off.
import { $, $$, apply, listen, socket, toast } from '../core/index.js'

const WORKER = '/sw.js'

/** @typedef {'unsupported' | 'blocked' | 'off' | 'on'} State */

const supported = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window
const registered = () => navigator.serviceWorker.getRegistration('/')

/** @param {string} method @param {string} url @param {object} [data] */
const call = (method, url, data) =>
  fetch(url, { method, headers: { 'Content-Type': 'application/json' }, body: data && JSON.stringify(data) })

/** @param {PushSubscription} subscription @param {object} [more] */
const saveSubscription = (subscription, more) =>
  call('POST', '/api/push/subscriptions', { ...subscription.toJSON(), ...more })

/** @param {ServiceWorkerRegistration} registration */
async function subscribe(registration) {
  const { key } = await (await call('GET', '/api/push/key')).json()
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })
}

/** The server key that a subscription was made for, in base64url. @param {PushSubscription} subscription */
function keyOf({ options }) {
  const bytes = new Uint8Array(options.applicationServerKey ?? new ArrayBuffer(0))
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/**
 * Renews the subscription, which the server may have deleted: its user signed out, or the push service rejected it.
 * The server answers 404 if the subscription must end, and 410 if another must replace it.
 */
async function renew() {
  const registration = supported && Notification.permission === 'granted' && await registered()
  const subscription = registration && await registration.pushManager.getSubscription()
  if (!subscription) return
  const { status } = await saveSubscription(subscription, { renew: true, key: keyOf(subscription) })
  if (status !== 404 && status !== 410) return
  await subscription.unsubscribe()
  if (status === 410) await saveSubscription(await subscribe(registration), { replaces: subscription.endpoint })
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
  const response = await saveSubscription(subscription)
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

/** Runs a button's action, then shows the new state. @param {HTMLElement} button @param {() => Promise<void>} action */
async function run(button, action) {
  button.setAttribute('aria-busy', 'true')
  try {
    await action()
  } catch {
    const body = 'Couldn’t reach your browser’s push service. Try again later.'
    toast({ title: 'That didn’t work', body, icon: 'triangle-alert', tone: 'bad' })
  }
  button.removeAttribute('aria-busy')
  await refresh()
  $('[data-push-when]:not([hidden]) button')?.focus()
}

async function refresh() {
  apply(await (await fetch('/notifications/devices')).text())
  await show()
}

/** Shows this device's state in the preferences. */
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

listen('click', '[data-push-on]', button => run(button, switchOn))
listen('click', '[data-push-off]', button => run(button, switchOff))

/** Closes those of this device's notifications that the predicate picks. @param {(id: number) => boolean} which */
async function closeShown(which) {
  const registration = supported && await registered()
  const shown = registration ? await registration.getNotifications() : []
  for (const notification of shown) {
    if (notification.tag.startsWith('n') && which(notification.data?.id)) notification.close()
  }
}

/** Closes notifications that were read while no page was open. */
async function compareShown() {
  const registration = supported && await registered()
  if (!registration || !(await registration.getNotifications()).length) return
  const answer = await (await call('GET', '/api/notifications?unread=true&limit=100')).json()
  const unread = new Set(answer.map((/** @type {{ id: number }} */ { id }) => id))
  await closeShown(id => !unread.has(id))
}

/** @param {{ id: number }} change */
const closeOne = ({ id }) => closeShown(shown => shown === id)

socket?.on('notificationRead', closeOne)
socket?.on('notificationRemoved', closeOne)
socket?.on('notificationsAllRead', () => closeShown(() => true))
socket?.on('notificationUpdated', change => { if (change.read || change.snoozedUntil) closeOne(change) })

await renew().catch(() => {}) // without a network: the next page does it
await show()
await compareShown().catch(() => {})
