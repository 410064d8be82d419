// Package notify tells people what concerns them.
//
// # The life of a notification
//
//  1. A feature has something to tell. It says so through an interface of its
//     own; an adapter in cmd/app makes a Notification of it and calls Send, the
//     one door (send.go). What must survive a crash the feature has written down
//     with its own change, and sends again until it is through.
//  2. Send takes the person's row, so that all that changes their notifications
//     happens one after the other. Their key was there before? Then nothing
//     happens.
//  3. The person's preferences, quiet hours and presence decide what becomes of
//     it (why.go). What they said is kept with it, for whoever asks why.
//  4. It joins the unread notification of its group, "Theo and 3 others", or
//     becomes a new one. The unread ones are counted in the same transaction.
//  5. After the commit this node tells its connections the difference between
//     what they know and what the database has (tell.go). Other nodes look a
//     second later at most.
//  6. Reading, deleting, snoozing, waking are changes like this one, and go the
//     same way.
//
// # The life of a push
//
//  1. Send, and what wakes a notification, puts a row into pushes, in the same
//     transaction: to be decided 10 s later.
//  2. A Pusher's Run, on any node, takes the row when it is due (push_deliver.go)
//     and weighs again what was weighed before: read meanwhile? at a tab? busy?
//     quiet? What it finds is the new why.
//  3. For each device whose session stands it adds a delivery. Nodes take these
//     for as long as an attempt lasts, so that what a dying one had taken is sent
//     by another.
//  4. webpush.go encrypts it for the browser, signs it as this instance, and
//     hands it to the browser's push service, which it calls at public addresses
//     only. The answer ends the delivery, puts it off, or ends the subscription.
//  5. sw.js shows it on the device, and leads from there to a tab.
//  6. Run finds deliveries whose notification is not unread any more, and tells
//     the devices to close them, as far as their browsers bear to be told
//     something that shows nothing (decision 7).
//
// # What is kept
//
// The schema notify: people (how many are unread, as of which seq), preferences,
// notifications (each with the seq of its latest change, what that was, and the
// count after it), and causes, the things that a notification tells of: keys
// belong to these. Of pushing: push_keys (the instance's pair), push_subscriptions
// and push_endings (devices, and why some are none any more), pushes (to be
// decided) and push_deliveries (on their way, and what became of them).
//
// # On a page
//
// Every page is drawn with the bell, its count and the newest rows (Button).
// Events bring the rows that change as fragments, and js/notifications.js sets
// the count, the browser's tab and toasts. After a break it asks for what is
// newer than it knows, tells of that as one, and has the list drawn anew. Every
// tool is a form or a link (pages.go), so all works without script; a link to a
// notification marks it as read and leads on.
//
// # What is promised
//
//   - A key makes one notification a person, however often it is sent, at once
//     or after a crash.
//   - Counts do not drift: each event carries the count as it was after its
//     change, a person's events come in the order of their changes, and the
//     answer to subscribe is older than every event behind it.
//   - Events go to all connections of the person that have subscribed, also to
//     the one that caused them.
//   - What could not be told is told within seconds, as it is then. What came and
//     went in between is left out.
//   - What was withdrawn, and what its person deleted, leaves its keys and no word.
//   - A push is sent at least once after it was decided, and shown once: its tag
//     replaces itself. Of nodes one sends it, unless that one dies meanwhile.
//   - Nothing is pushed to a browser whose person has signed out there, or to the
//     next person who uses it.
//   - A person's notifications are theirs: to everybody else they do not exist.
//
// # What it does not do
//
// It knows no rooms, orders or documents, and decides for nobody who may see
// what: whoever sends does. It does not ask whether a message was seen; features
// say so with ReadTopic.
package notify
