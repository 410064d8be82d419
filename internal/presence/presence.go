package presence

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hubbub/internal/fault"
	"hubbub/internal/wire"
)

const (
	maxText = 80  // code points of a status text: it stands beside a name
	maxIDs  = 500 // people in one question
)

// Status is how somebody is there.
type Status string

// The statuses. People choose all but Offline; others never see Invisible.
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

// Presence is somebody's state as one beholder sees it.
type Presence struct {
	Status     Status
	Text       string     // of those who are not offline
	LastSeenAt *time.Time // when they went offline; nil: never did
}

// IsOnline says whether they are there at all.
func (p Presence) IsOnline() bool { return p.Status != Offline }

// looksLike ignores when somebody was last seen, which changes only as they go.
func (p Presence) looksLike(other Presence) bool {
	return p.Status == other.Status && p.Text == other.Text
}

// Choice is what somebody set for themselves. It is kept while they are away.
type Choice struct {
	Status     Status
	Text       string
	Version    int64 // grows with every change
	LastSeenAt *time.Time
}

// unchosen is what somebody has who never set anything.
var unchosen = Choice{Status: Online}

// Change is what somebody wants to be different.
type Change struct {
	Status *Status
	Text   *string
	Idle   *bool // of one connection: nobody is active there
}

func (c Change) check() error {
	switch {
	case c.Status == nil && c.Text == nil && c.Idle == nil:
		return fault.Invalid("status", "is required")
	case c.Status != nil && !c.Status.choosable():
		return fault.Invalid("status", "must be online, away, busy or invisible")
	case c.Text != nil && utf8.RuneCountInString(*c.Text) > maxText:
		return fault.Invalid("text", "must not be longer than 80 characters")
	case c.Text != nil && strings.ContainsFunc(*c.Text, unicode.IsControl):
		return fault.Invalid("text", "must be one line")
	}
	return nil
}

// chooses says whether the change is one that is kept.
func (c Change) chooses() bool { return c.Status != nil || c.Text != nil }

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
