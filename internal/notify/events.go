package notify

import (
	"strconv"

	"github.com/a-h/templ"

	"hubbub/internal/hub"
	"hubbub/internal/wire"
)

// The names of notify's events, as on the wire and in notifications.js. All are
// of the class log, and carry the person's unread count as it was after the
// change they tell of.
const (
	eventNotification        = "notification"        // there is a new one
	eventNotificationUpdated = "notificationUpdated" // one that is known is different now
	eventNotificationRead    = "notificationRead"
	eventAllRead             = "notificationsAllRead"
	eventNotificationRemoved = "notificationRemoved"
)

// Room is where a person's tabs are that have subscribed.
func Room(userID int64) string { return roomPrefix + strconv.FormatInt(userID, 10) + roomSuffix }

const (
	roomPrefix = "user-"
	roomSuffix = "-notifications"
)

// Told is the body of notification and notificationUpdated: the notification as
// data, and its own fields, but for data, once more at the top.
type Told struct {
	Verb         string     `json:"verb"` // created; or updated, snoozed, woken
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

// Counted is the body of notificationRead and notificationRemoved.
type Counted struct {
	ID          int64 `json:"id"`
	UnreadCount int   `json:"unreadCount"`
}

// Count is the body of notificationsAllRead, and the answer to subscribe.
type Count struct {
	UnreadCount int `json:"unreadCount"`
}

// change is a notification that is different from what a node told of it.
type change struct {
	Notice
	seq, createdSeq int64
	what            string // as in the column
	unread          int    // after it
	shown           bool
}

// The changes of a notification, as in the column.
const (
	created = "created"
	updated = "updated"
	read    = "read"
	snoozed = "snoozed"
	woken   = "woken"
	removed = "removed"
)

// news is the event that tells of the change to whoever was told all up to a
// seq; false: there is none, they never heard of it and need not. Clients that
// count by themselves add one for a notification and take one off for a
// notificationRead, so neither is told of what they do not know as unread.
func (ch change) news(upto int64) (hub.Event, bool) {
	fresh := ch.createdSeq > upto
	switch {
	case !ch.shown || fresh && ch.what == removed:
		return hub.Event{}, false
	case ch.what == removed:
		return logged(eventNotificationRemoved, Counted{ch.ID, ch.unread}, absent(ch.Notice)), true
	case fresh && !ch.Read && ch.SnoozedUntil == nil:
		return logged(eventNotification, ch.told(created), arrived(ch.Notice)), true
	case !fresh && ch.what == read:
		return logged(eventNotificationRead, Counted{ch.ID, ch.unread}, Row(ch.Notice)), true
	case ch.what == snoozed || ch.what == woken:
		return logged(eventNotificationUpdated, ch.told(ch.what), moved(ch.Notice)), true
	}
	return logged(eventNotificationUpdated, ch.told(updated), Row(ch.Notice)), true
}

func (ch change) told(verb string) Told {
	n := ch.Notice
	return Told{
		Verb: verb, ID: n.ID, UnreadCount: ch.unread, Data: n,
		Type: n.Type, Title: n.Title, Message: n.Message, Body: n.Body, URL: n.URL,
		Read: n.Read, SnoozedUntil: n.SnoozedUntil, CreatedAt: n.CreatedAt,
	}
}

func allRead(unread int) hub.Event { return logged(eventAllRead, Count{unread}, nil) }

// logged is an event with what it changes on a page; nil: nothing.
func logged(name string, data any, fragment templ.Component) hub.Event {
	ev := hub.Event{Name: name, Class: hub.Log, Data: data}
	if fragment != nil {
		ev.HTML = fragment.Render
	}
	return ev
}
