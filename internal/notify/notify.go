package notify

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/wire"
)

const (
	pageSize  = 50                   // of a list
	maxPage   = 100                  // of a list, at the most
	maxUnread = 100                  // that a count reaches; pages show 99+
	maxTold   = 200                  // changes a telling; who lacks more asks for the list
	maxNap    = 366 * 24 * time.Hour // nobody means a longer one
	bellSize  = 8                    // of the latest, in the popover
)

// Type is what kind of thing a notification tells of. People switch each on and
// off by itself.
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

// Types are all of them, in the order in which people read them.
var Types = []Type{Mention, Direct, Reply, Reaction, Invite, Comment, Search, Order}

func (t Type) known() bool { return slices.Contains(Types, t) }

// Who and Many stand, in a title, for the people whose doing it is ("Theo and 3
// others") and for how many things it tells of.
const (
	Who  = "{who}"
	Many = "{n}"
)

// Notification is something that one person should know. Send takes it.
type Notification struct {
	UserID int64
	Type   Type
	// Key names what it tells of, once a person: sent again, nothing happens.
	// Withdrawing "a" withdraws "a/b", too.
	Key string
	// GroupKey joins it to the person's unread notification of the same key;
	// empty: it stands alone.
	GroupKey string
	ActorID  int64          // whose doing it is; 0: nobody's
	Title    string         // a line; may begin with Who
	Titles   string         // the line for more than one, with Who and Many; empty: as Title
	Message  string         // plain text; may be empty
	URL      string         // where it leads: a path here
	Data     map[string]any // for programs
	Rule     string         // why it concerns them, in a sentence
	Topic    string         // ReadTopic marks it as read, together with what else is of the topic
	TopicSeq int64          // its place there
	At       time.Time      // when it happened; zero: now
	Read     bool           // they know already: it is kept, and told nobody
}

func (n Notification) check() error {
	switch {
	case !n.Type.known():
		return fmt.Errorf("notify: unknown type %q", n.Type)
	case n.Key == "" || n.Title == "":
		return errors.New("notify: a notification needs a key and a title")
	case !strings.HasPrefix(n.URL, "/") || strings.HasPrefix(n.URL, "//"):
		return fmt.Errorf("notify: %q is no path here", n.URL)
	}
	return nil
}

// Notice is a notification as its person has it.
type Notice struct {
	ID           int64          `json:"id"`
	Type         Type           `json:"type"`
	Title        string         `json:"title"`
	Message      string         `json:"message"`
	Body         string         `json:"body"` // the same as Message
	URL          string         `json:"url"`
	Data         map[string]any `json:"data"` // has the url, too
	Read         bool           `json:"read"`
	SnoozedUntil *wire.Time     `json:"snoozedUntil"`
	CreatedAt    wire.Time      `json:"createdAt"`

	Actors []account.Profile `json:"-"` // whose doing it is, the latest first, three at most
}

// Bell is what the button on every page shows.
type Bell struct {
	Unread int
	Latest []Notice // newest first
}

// Filter says which notifications a list has. The zero Filter is the newest
// that are awake.
type Filter struct {
	Before  int64 // an id; 0: from the newest on
	After   int64 // an id: only newer ones
	Unread  bool
	Snoozed bool // those that sleep, instead
	Limit   int
}
