package notify

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/live/wire"
)

const (
	pageSize   = 50                   // notifications in a list
	maxPage    = 100                  // notifications in a list that a client may ask for
	maxUnread  = 100                  // at which counting stops; pages show 99+
	maxChanges = 200                  // sent at a time, the latest; a client that misses more fetches the list
	maxSnooze  = 366 * 24 * time.Hour // a longer one is a mistake
	bellSize   = 8                    // notifications in the popover, the latest
)

// Type is the type of a notification. Users switch each type on and off.
type Type string

// The types.
const (
	Mention  Type = "mention"
	Direct   Type = "direct" // a direct message
	Reply    Type = "reply"
	Reaction Type = "reaction"
	Invite   Type = "invite"    // being added to a room
	Order    Type = "new-order" // for admins
	Search   Type = "search"    // a saved search has found something
	Comment  Type = "comment"
)

// Types are all types, in the order in which pages list them.
var Types = []Type{Mention, Direct, Reply, Reaction, Invite, Comment, Search, Order}

func (t Type) valid() bool { return slices.Contains(Types, t) }

// Who and Many are placeholders in a title: for the names of the actors ("Theo and
// 3 others"), and for the number of causes.
const (
	Who  = "{who}"
	Many = "{n}"
)

// Notification is the input of Send: one cause of a notification for one user.
type Notification struct {
	UserID int64
	Type   Type
	// Key is an idempotency key of the user's: Send does nothing if it was sent
	// before. Withdrawing "a" withdraws "a/b", too.
	Key string
	// GroupKey joins it to the user's unread notification of the same key. If it is
	// empty, the notification is in no group.
	GroupKey string
	ActorID  int64          // the user who caused it; 0: none
	Title    string         // one line; may begin with Who
	Titles   string         // the line for several causes, with Who and Many; empty: as Title
	Message  string         // plain text; may be empty
	URL      string         // where it leads: a path of this site
	Data     map[string]any // for programs
	Rule     string         // why the user gets it, in a sentence
	Topic    string         // ReadTopic marks all of a topic as read
	TopicSeq int64          // its place in the topic
	At       time.Time      // when it happened; zero: now
	Read     bool           // the user has seen it already: it is stored as read, and no event reports it as new
}

func (n Notification) check() error {
	switch {
	case !n.Type.valid():
		return fmt.Errorf("notify: unknown type %q", n.Type)
	case n.Key == "" || n.Title == "":
		return errors.New("notify: a notification needs a key and a title")
	case !strings.HasPrefix(n.URL, "/") || strings.HasPrefix(n.URL, "//"):
		return fmt.Errorf("notify: %q is not a path of this site", n.URL)
	}
	return nil
}

// Notice is a notification as its user sees it.
type Notice struct {
	ID           int64          `json:"id"`
	Type         Type           `json:"type"`
	Title        string         `json:"title"`
	Message      string         `json:"message"`
	Body         string         `json:"body"` // the same as Message
	URL          string         `json:"url"`
	Data         map[string]any `json:"data"` // includes the url
	Read         bool           `json:"read"`
	SnoozedUntil *wire.Time     `json:"snoozedUntil"`
	CreatedAt    wire.Time      `json:"createdAt"`

	Actors []account.Profile `json:"-"` // the users who caused it, the latest first, at most three
}

// Bell is what the bell on every page shows.
type Bell struct {
	Unread int
	Latest []Notice // newest first
}

// Filter selects notifications for a list. The zero Filter selects the newest that
// are not snoozed.
type Filter struct {
	Before  int64 // an id: only older ones; 0: from the newest on
	After   int64 // an id: only newer ones
	Unread  bool  // only unread ones
	Snoozed bool  // only snoozed ones; otherwise none of them
	Limit   int   // 0: 50
}
