// Package chat is rooms and messages: the place to begin reading Hubbub.
//
// # The life of a message
//
//  1. The page (web/static/js/chat.js) shows the row as pending and sends
//     POST /api/chat/send with a clientId that it made, over the socket or by
//     HTTP: the action is the same.
//  2. actions.go reads the input and calls Service.Send (send.go).
//  3. Send finds the room, if the caller may know of it; renders the Markdown
//     (markdown.go) and the colours of its code (highlight.go) within
//     budget.ChatMarkdown and budget.ChatCode, and finds the mentions.
//  4. The outbox stores it, together with what others send at that moment: one
//     statement a message takes the room's next seq and inserts the row. A
//     retry meets the unique (sender, clientId) and answers the first message.
//     The same transaction makes the messages findable (index.go).
//  5. After the commit the hub tells everybody else in "chat-<room>"
//     (events.go), as data and as the row of HTML that pages.templ makes for
//     the first page too.
//  6. The pages put the row in by its id. Whoever sees a jump in seq asks
//     GET /api/chat/join?after=… for what is missing.
//
// # What is kept
//
// The schema chat: rooms (with the seq of their latest change), members (with
// their role and how far they have read), messages (each with the seq of its
// latest change and of its first), reactions, mentions (whom messages name), and
// alerts: what people have still to be told.
//
// # What is promised
//
//   - A reply of 200 means: committed.
//   - Every change of a message, its sending, editing, deletion, each reaction,
//     takes the room's next seq, without holes. Asking for what changed after a
//     seq makes any view equal to the database, whatever was lost before.
//   - Sending the same clientId again is harmless.
//   - A person who is removed from a room is evicted from it before the removal
//     is answered, as package hub promises it ("Joining and eviction"). A node
//     that hears nothing of the removal evicts within ReconcileEvery; what it
//     tells late (reconcile.go) goes only to people who may still hear it.
//   - What was never told, because a connection broke between the commit and the
//     event, is told within seconds (reconcile.go).
//   - Whoever is invisible is in a room without its people knowing, but for what
//     they say: no userJoined, no typing, not among those who are here.
//   - Whoever is named, answered, written to alone, reacted to or invited is told
//     at least once, also after a crash: what has to be told is stored with the
//     change (alerts.go), without its words, and told as it is then (concerns.go).
//   - What a message links to shows its title to whoever may read it, and to
//     nobody else: cards are drawn for one reader, and are in no event (cards.go).
//   - Delivery of an event is at most once, and events of one room may arrive
//     out of order: apply them by id and seq.
//
// # What it does not do
//
// It keeps no presence: who is in a room now is what the hub's connections say,
// and whether they show it an interface wired in cmd/app. It knows no bell and no
// preferences: it says what concerns whom to a Notifier, wired there, too.
package chat
