// @ts-check
// The service worker, which the browser runs even while no tab shows Hubbub. It shows pushed notifications and opens
// their pages. It has no fetch handler and no cache, so it never makes a page stale.
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self))

/**
 * A pushed message: a payload of internal/notify/push.go.
 * @typedef {object} Message
 * @property {'show' | 'withdraw'} kind
 * @property {string} tag @property {string[]} [tags]
 * @property {number} [id] of the notification
 * @property {string} title @property {string} [body]
 * @property {string} [url] @property {number} [at] Unix milliseconds @property {boolean} [alert]
 */

worker.addEventListener('install', () => worker.skipWaiting())
// A worker can navigate only the tabs that it controls.
worker.addEventListener('activate', event => event.waitUntil(worker.clients.claim()))

worker.addEventListener('push', event => event.waitUntil(receive(event.data)))

/**
 * Shows a pushed message, also one that cannot be parsed: a browser revokes push from a site that shows nothing.
 * @param {PushMessageData | null} data
 */
async function receive(data) {
  const message = parse(data)
  if (message.kind === 'withdraw') return close(message.tags ?? [])
  const options = {
    tag: message.tag, body: message.body, timestamp: message.at, renotify: message.alert ?? false,
    icon: '/icon-192.png', badge: '/badge-96.png',
    data: { id: message.id, url: message.url ?? '/' },
    actions: [{ action: 'view', title: 'View' }],
  }
  await worker.registration.showNotification(message.title, options)
}

/** @param {PushMessageData | null} data @returns {Message} */
function parse(data) {
  try {
    return data?.json() ?? unreadable
  } catch {
    return unreadable
  }
}
const unreadable = /** @type {Message} */ ({ kind: 'show', tag: 'unreadable', title: 'You have a new notification' })

/** @param {string[]} tags */
async function close(tags) {
  for (const notification of await worker.registration.getNotifications()) {
    if (tags.includes(notification.tag)) notification.close()
  }
}

worker.addEventListener('notificationclick', event => {
  event.notification.close()
  event.waitUntil(open(event.notification.data))
})

/**
 * Opens a notification's page, in an open tab if there is one, and marks the notification as read.
 * @param {{ id?: number, url: string }} data
 */
async function open({ id, url }) {
  const target = new URL(url, worker.location.origin).href
  await Promise.all([openTab(target), id && markRead(id)])
}

/** @param {number} id */
const markRead = id => fetch(`/api/notifications/${id}/read`, { method: 'POST' }).catch(() => {})

/** @param {string} target */
async function openTab(target) {
  const tabs = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const tab = tabs.find(({ url }) => url === target) ?? tabs[0]
  if (!tab) return worker.clients.openWindow(target)
  const focused = await tab.focus().catch(() => tab)
  if (focused.url !== target) await focused.navigate(target).catch(() => worker.clients.openWindow(target))
}

// The push service gave the device another address. Not every browser passes the old subscription.
worker.addEventListener('pushsubscriptionchange', event => {
  const { oldSubscription, newSubscription } = /** @type {any} */ (event)
  event.waitUntil(renew(oldSubscription, newSubscription))
})

/** @param {PushSubscription | null} old @param {PushSubscription | null} fresh */
async function renew(old, fresh) {
  fresh ??= await worker.registration.pushManager.subscribe({
    userVisibleOnly: true, applicationServerKey: await serverKey(),
  })
  const response = await fetch('/api/push/subscriptions', {
    method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ ...fresh.toJSON(), renew: true, replaces: old?.endpoint }),
  })
  if (response.status === 404) await fresh.unsubscribe() // the user has removed this device
}

async function serverKey() {
  const { key } = await (await fetch('/api/push/key')).json()
  return key
}
