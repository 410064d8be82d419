// Package notify stores notifications for users, keeps their counts and lists up
// to date in every tab, and pushes them to devices.
//
// # How a notification reaches its user
//
//  1. A feature calls an interface of its own. An adapter in internal/app
//     (chat_notify.go) makes a Notification of the call and passes it to
//     Service.Send (send.go), through which every notification goes. A feature
//     that must not lose one in a crash has a row in its own transactional
//     outbox, and sends again until Send succeeds.
//  2. Service.change (service.go) begins a transaction. nextSeq (store.go) takes
//     the user's next seq and locks the user's row, so that all changes of their
//     notifications are serial. If the key was sent before, nothing happens.
//  3. newWhy (why.go) decides from the user's preferences, quiet hours and
//     presence what becomes of the notification. The decision is stored with it
//     and shown as "why do I get this?".
//  4. storeNotification (send.go) adds it to the user's unread notification of the
//     same group, "Theo and 3 others", or inserts a new one. storeUnread
//     (store.go) counts the unread ones in the same transaction.
//  5. After the commit Service.sendChanges (tell.go) sends this node's
//     connections of the user the difference between what was delivered to them
//     and what the database has. Other nodes look at most a second later:
//     Service.catchUp (tell.go).
//  6. Service.Read, Service.Delete and Service.Snooze (service.go), and the end of
//     a snooze in Service.unsnoozeDue (run.go), are changes of the same kind and
//     go the same way.
//
// # How a push reaches a device
//
//  1. Service.Send (send.go) and Service.unsnoozeDue (run.go) put a row into pushes,
//     in the same transaction: the decision is due 10 s after a Send, and at once
//     after a snooze.
//  2. Pusher.Run (push_deliver.go), on any node, takes the row when it is due, and
//     Pusher.decide (push_deliver.go) repeats the decision with what has changed
//     since: is it read, is the user at a tab, busy, in quiet hours? The result
//     replaces the stored one.
//  3. addDelivery (store_push_queue.go) adds a delivery for each device whose
//     session is valid. takeDeliveries (store_push_queue.go) takes deliveries for
//     longer than an attempt may last; if the node dies, another takes them then.
//  4. pushClient.post (webpush.go) encrypts the message for the browser, signs it
//     as this instance, and sends it to the browser's push service, at public
//     addresses only. Pusher.saveReceipt (push_deliver.go) ends the delivery or
//     schedules a retry; Pusher.post (push_devices.go) ends a subscription that
//     the push service no longer has.
//  5. The service worker (web/static/sw.js) shows it on the device, and a click
//     leads to a tab.
//  6. scheduleWithdrawals (store_push_queue.go) finds deliveries whose notification
//     is not unread any more, and Pusher.withdraw (push_deliver.go) makes the
//     devices close them, as far as their browsers allow pushes that show nothing
//     (decision 7).
//
// # Tables
//
// Of the schema notify:
//
//   - people: per user, the seq of their latest change and how many are unread
//   - preferences: what a user has switched on, and their quiet hours
//   - notifications: each with the seq and kind of its latest change, and the
//     unread count after it
//   - causes: what a notification consists of; each has one key
//   - push_keys: the key pair of the instance
//   - push_subscriptions, push_endings: devices, and why some are removed
//   - pushes: decisions that are due
//   - push_deliveries: one for each notification and device, with its state
//
// # Rooms
//
// A user's connections that have subscribed are in the hub room
// "user-<id>-notifications".
//
// # On a page
//
// Every page is rendered with the bell, its count and the newest rows
// (Service.Button). Events carry the rows that change as fragments, and
// notify/index.js sets the count, the browser's tab and toasts. After a
// reconnect it asks for what is newer than it has, shows that as one toast, and
// fetches the list again. Every action is a form or a link (pages.go), so all of it
// works without JavaScript; a link to a notification marks it as read and redirects.
//
// # Guarantees
//
//   - A key makes one notification for a user, however often it is sent,
//     concurrently or after a crash.
//   - Counts do not drift: each event carries the count as it was after its
//     change, a user's events arrive in the order of their changes, and the
//     answer to subscribe is older than every event after it.
//   - Events go to all connections of the user that have subscribed, including
//     the one that caused them.
//   - A change that could not be sent is sent within seconds, in the state of
//     that moment. A notification that was created and removed in between is
//     left out.
//   - A notification that was withdrawn, or deleted by its user, leaves its keys
//     and none of its text.
//   - A push is sent at least once after it was decided, and shown once, because a
//     push replaces the one with the same tag. One node sends it, unless that
//     node dies during the attempt.
//   - No push goes to a browser whose user has signed out there, or to the next
//     user of that browser.
//   - A user sees only their own notifications: for others they do not exist (404).
//
// # What it does not do
//
// It knows no rooms, orders or documents, and does not check who may see what: the
// sender does. It does not know whether a message was read; features call
// Service.ReadTopic.
package notify
