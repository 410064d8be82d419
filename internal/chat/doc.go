// Package chat implements chat rooms and their messages. It is the package to read first.
//
// # The path of a message
//
// Alice sends a message and Bob sees it. The JavaScript files are below web/static; a file without a folder is in this
// package.
//
//  1. chat/composer.js (submit) gives the text a clientId, which is a UUID, and passes both to the offline queue of the
//     page: chat/outbox.js (send).
//  2. chat/delivery.js (showDelivery, pending) shows the queued message as a row marked "Sending…".
//  3. chat/outbox.js (flush, deliver) sends the queued messages in order, one at a time, as POST /api/chat/send. Over the
//     socket the request is a frame; internal/live/socket/virtual.go (serve) makes an HTTP request of it and calls the same
//     router with it. From here on it does not matter how the request came.
//  4. actions.go (send) reads the input and calls Send in send.go.
//  5. send.go (compose) renders the text: markdown.go (parseMarkdown, Render) makes sanitised HTML of it, and
//     highlight.go (codeBlock) colours its code, within the limits budget.ChatMarkdown and budget.ChatCode. send.go
//     (render) also finds the users that the text mentions.
//  6. commit.go (Submit, store) stores the draft by a group commit: drafts that are sent at the same moment share one
//     transaction. For each draft one statement, insertMessage in store.go, checks that the room takes a message of
//     the sender, takes the room's next seq, and inserts the message and what else belongs to it. The same transaction
//     adds the messages to the search index: index.go (indexSent).
//  7. After the commit events.go (broadcastSent) broadcasts newMessage to the hub room "chat-<room id>", except to the
//     connection that sent the message. The event holds the message as JSON and, for pages, as the row of HTML that
//     MessageRow in message.templ renders; the first page and history use the same component.
//  8. actions.go (answerMessage) answers the request with the same row. chat/log.js (show, put) replaces Alice's
//     "Sending…" row, which it finds by the clientId.
//  9. Bob's page gets the event. socket/subscription.js (offer) keeps it back while an earlier seq is missing. chat/index.js
//     (newMessage) passes the row to chat/paging.js (arrive), and chat/log.js (show) puts it into the page by its id.
//  10. If the missing seq does not arrive within 250 ms, or after a reconnect, socket/subscription.js (join) requests
//     GET /api/chat/join?after=<last seq>. service.go (Join, snapshot) answers every message that changed since or,
//     after more than maxCatchUp changes, the last page of messages instead.
//
// If the answer of step 8 is lost, the page sends the message again with the same clientId. The database refuses the
// second row, and send.go (explainRejection) answers with the message that is there.
//
// # Seq
//
// A seq is the number of a change in one room. Sending, editing and deleting a message and each reaction take the
// room's next seq, without holes. A room's seq is that of its latest change. A message has two: createdSeq of its
// sending, and seq of its latest change. A member has read the messages whose createdSeq is at most their readSeq.
//
// # Tables
//
//	chat.rooms      name, topic, kind and seq of each room
//	chat.members    who is in a room, with which role, and their readSeq
//	chat.messages   text and rendered HTML, seq and createdSeq; a deleted message keeps its row without its text
//	chat.reactions  one row for each user, message and emoji
//	chat.mentions   the users that each message mentions, for the unread counts
//	chat.alerts     the transactional outbox: changes that users may have to be notified of
//
// # Hub rooms
//
//	hub room   class     events
//	chat-<id>  log       newMessage, messageUpdated, messageDeleted
//	chat-<id>  state     userJoined, userLeft (not to the user's own connections)
//	chat-<id>  volatile  typing
//	user-<id>  state     roomRead, to the user's other connections
//	room:<id>  log       room (updated): a new or deleted message, the name, the topic, archiving
//	room       log       room (created): a public room, or one that the user is a member of
//	user-<id>  log       room (addedTo, removedFrom): to the members, and to the user added or removed
//
// A connection enters "chat-<id>" by Join, and "room" and "room:<id>" by Rooms: lists of rooms are kept up to date by
// these two. They are the hub rooms of the resource "room"; see internal/live/hub/resource.go.
//
// # Guarantees
//
//   - A reply of 200 means that the change is committed.
//   - A client that asks for what changed after its last seq has the same messages as the database, whatever events
//     it missed before.
//   - Sending the same clientId again is harmless.
//   - An event is delivered at most once, and the events of a room may arrive out of order. Clients apply them by id
//     and seq.
//   - If the event of a change was lost between the commit and the hub, reconcile.go (resendMissed) sends it within
//     ReconcileEvery plus reconcileGrace.
//   - A user who is removed from a room is evicted from it before the removal is answered, as far as package hub
//     guarantees it ("Joining and eviction"). A node that gets no word of the removal evicts them within
//     ReconcileEvery; reconcile.go sends missed changes only to users who may still read the room. A removed user may
//     still read a public room, and join it again.
//   - A user who is invisible can be in a room without the others seeing it: there is no userJoined and no typing, and
//     Here leaves them out. What they send is seen.
//   - A user who is mentioned, answered, reacted to, invited or written to in a direct room is notified at least once,
//     also after a crash: alerts.go stores an entry with the change, and concerns.go reads the text when it notifies.
//   - A message shows the title of what it links to only to readers who may read that. These cards are drawn for one
//     reader and are in no event: cards.go.
//
// # What it does not do
//
// It keeps no presence: the hub's connections are who is in a room, and the interface Presence reports who is visible.
// It does not notify users itself: it passes an Alert to the interface Notifier, which knows their preferences.
// It neither searches nor knows what links lead to: it writes to an index.Writer, and Cards knows the links. internal/app
// implements Notifier and Cards.
package chat
