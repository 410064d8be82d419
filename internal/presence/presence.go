package presence

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hubbub/internal/base/fault"
	"hubbub/internal/live/wire"
)

const (
	maxText = 80  // code points of a status text: it is shown beside a name
	maxIDs  = 500 // users in one request
)

// Status is a user's availability.
type Status string

// The statuses. A user can choose each except Offline; other users never see Invisible.
const (
	Online    Status = "online"
	Away      Status = "away"
	Busy      Status = "busy" // do not disturb
	Invisible Status = "invisible"
	Offline   Status = "offline"
)

func (s Status) choosable() bool {
	return s == Online || s == Away || s == Busy || s == Invisible
}

// Presence is a user's state as one viewer sees it.
type Presence struct {
	Status     Status
	Text       string     // empty if the user is offline
	LastSeenAt *time.Time // when the user last went offline; nil: never
}

// IsOnline reports whether the status is any other than Offline.
func (p Presence) IsOnline() bool { return p.Status != Offline }

// looksLike reports whether p and other are equal apart from LastSeenAt, which
// changes only when a user goes offline.
func (p Presence) looksLike(other Presence) bool {
	return p.Status == other.Status && p.Text == other.Text
}

// Choice is the status and text that a user set, which are kept while the user is
// offline, and when others last saw the user.
type Choice struct {
	Status     Status
	Text       string
	Version    int64 // grows with every change of Status or Text
	LastSeenAt *time.Time
}

// defaultChoice is the choice of a user who has never set one.
var defaultChoice = Choice{Status: Online}

// Change is a request to change a user's presence. Nil fields stay as they are.
type Change struct {
	Status *Status
	Text   *string
	Idle   *bool // of the connection that sends it: it has no input
}

func (c Change) check() error {
	switch {
	case c.Status == nil && c.Text == nil && c.Idle == nil:
		return fault.Invalid("status", "is required")
	case c.Status != nil && !c.Status.choosable():
		return fault.Invalid("status", "must be online, away, busy or invisible")
	case c.Text != nil && utf8.RuneCountInString(*c.Text) > maxText:
		return fault.Invalid("text", "must be 80 characters or fewer")
	case c.Text != nil && strings.ContainsFunc(*c.Text, unicode.IsControl):
		return fault.Invalid("text", "must be one line")
	}
	return nil
}

// changesChoice reports whether the change has a part that is stored.
func (c Change) changesChoice() bool { return c.Status != nil || c.Text != nil }

// State is a Presence as GET /api/presence answers it.
type State struct {
	Status     Status     `json:"status"`
	Text       string     `json:"text,omitempty"`
	LastSeenAt *wire.Time `json:"lastSeenAt,omitempty"`
	LastSeen   *int64     `json:"lastSeen,omitempty"` // Unix milliseconds
}

func (p Presence) state() State {
	return State{Status: p.Status, Text: p.Text, LastSeenAt: wire.TimeOrNil(p.LastSeenAt), LastSeen: millis(p.LastSeenAt)}
}

func millis(t *time.Time) *int64 {
	if t == nil {
		return nil
	}
	ms := t.UnixMilli()
	return &ms
}

func later(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.After(*a) {
		return b
	}
	return a
}
