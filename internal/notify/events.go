package notify

import (
	"strconv"

	"github.com/a-h/templ"

	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

// The names of the notification events, as on the wire and in notify/index.js. All
// have the delivery class log, and carry the user's unread count as it was after
// their change.
const (
	eventNotification        = "notification"        // a new one, unread
	eventNotificationUpdated = "notificationUpdated" // any other change
	eventNotificationRead    = "notificationRead"
	eventAllRead             = "notificationsAllRead"
	eventNotificationRemoved = "notificationRemoved"
)

// Room returns the hub room of the user's connections that have subscribed.
func Room(userID int64) string { return roomPrefix + strconv.FormatInt(userID, 10) + roomSuffix }

const (
	roomPrefix = "user-"
	roomSuffix = "-notifications"
)

// NoticeEvent is the body of notification and notificationUpdated: the notification
// as data, and its fields except data at the top level as well.
type NoticeEvent struct {
	Verb         string     `json:"verb"` // created, updated, snoozed or woken
	ID           int64      `json:"id"`
	UnreadCount  int        `json:"unreadCount"`
	Data         Notice     `json:"data"`
	Type         Type       `json:"type"`
	Title        string     `json:"title"`
	Message      string     `json:"message"`
	Body         string     `json:"body"`
	URL          string     `json:"url"`
	Read         bool       `json:"read"`
	SnoozedUntil *wire.Time `json:"snoozedUntil"`
	CreatedAt    wire.Time  `json:"createdAt"`
}

// NoticeCount is the body of notificationRead and notificationRemoved.
type NoticeCount struct {
	ID          int64 `json:"id"`
	UnreadCount int   `json:"unreadCount"`
}

// Count is the body of notificationsAllRead, and the answer to subscribe.
type Count struct {
	UnreadCount int `json:"unreadCount"`
}

// noticeChange is the latest change of a notification, with its present state.
type noticeChange struct {
	Notice
	seq, createdSeq int64
	kind            string // as in the column change
	unread          int    // the user's count after the change
	shown           bool   // not hidden by the user's preferences
}

// The kinds of changes, as in the column change.
const (
	changeCreated   = "created"
	changeUpdated   = "updated"
	changeRead      = "read"
	changeSnoozed   = "snoozed"
	changeUnsnoozed = "woken"
	changeRemoved   = "removed"
)

// event returns the event of the change for connections to which all changes up to
// the seq delivered were sent, or false if they need none, because they never got
// the notification. Clients that count by themselves add one for each notification
// and subtract one for each notificationRead. So the former is sent only for one
// that is new to them and unread, and the latter only for one that they have.
func (ch noticeChange) event(delivered int64) (hub.Event, bool) {
	isNew := ch.createdSeq > delivered
	switch {
	case !ch.shown || isNew && ch.kind == changeRemoved:
		return hub.Event{}, false
	case ch.kind == changeRemoved:
		return newEvent(eventNotificationRemoved, NoticeCount{ch.ID, ch.unread}, removedRow(ch.Notice)), true
	case isNew && !ch.Read && ch.SnoozedUntil == nil:
		return newEvent(eventNotification, ch.newNoticeEvent(changeCreated), newRow(ch.Notice)), true
	case !isNew && ch.kind == changeRead:
		return newEvent(eventNotificationRead, NoticeCount{ch.ID, ch.unread}, Row(ch.Notice)), true
	case ch.kind == changeSnoozed || ch.kind == changeUnsnoozed:
		return newEvent(eventNotificationUpdated, ch.newNoticeEvent(ch.kind), movedRow(ch.Notice)), true
	}
	return newEvent(eventNotificationUpdated, ch.newNoticeEvent(changeUpdated), Row(ch.Notice)), true
}

func (ch noticeChange) newNoticeEvent(verb string) NoticeEvent {
	n := ch.Notice
	return NoticeEvent{
		Verb: verb, ID: n.ID, UnreadCount: ch.unread, Data: n,
		Type: n.Type, Title: n.Title, Message: n.Message, Body: n.Body, URL: n.URL,
		Read: n.Read, SnoozedUntil: n.SnoozedUntil, CreatedAt: n.CreatedAt,
	}
}

func newAllReadEvent(unread int) hub.Event { return newEvent(eventAllRead, Count{unread}, nil) }

// newEvent returns an event with a fragment for pages, which may be nil.
func newEvent(name string, data any, fragment templ.Component) hub.Event {
	ev := hub.Event{Name: name, Class: hub.Log, Data: data}
	if fragment != nil {
		ev.HTML = fragment.Render
	}
	return ev
}
