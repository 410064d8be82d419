package account

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"time"

	"hubbub/internal/live/wire"
)

const (
	sessionLife      = 30 * 24 * time.Hour // since its last use
	ticketLife       = time.Minute         // a client connects right after it got the ticket
	touchEvery       = time.Minute         // the resolution of "last seen", so that most requests write nothing
	sweepEvery       = 10 * time.Minute    // expired rows are already ignored before they are deleted
	revocationsEvery = time.Second         // sockets on another node end within a second of their session
)

// Role is a user's role in the whole instance.
type Role string

// The roles. The first user of an instance is its admin.
const (
	Admin  Role = "admin"
	Staff  Role = "staff"
	Member Role = "member"
)

// User is a user with private data. A Profile has what other users may see.
type User struct {
	ID         int64
	FullName   string
	Handle     string // unique, lower case, used in @mentions; never changes
	Email      string
	Role       Role
	Title      string  // job title; usually empty
	AvatarURL  *string // nil: the initials are shown
	Hue        int     // 1–8, the colour of the avatar and the caret
	CreatedAt  time.Time
	LastSeenAt *time.Time // to the minute; nil: not since the sign-up

	HasPassword bool // false for demo users
}

// IsStaff reports whether the user may change orders and products.
func (u User) IsStaff() bool { return u.Role == Staff || u.Role == Admin }

// Profile is a user as every signed-in user sees them: the "user" of the protocol.
type Profile struct {
	ID         int64      `json:"id"`
	FullName   string     `json:"fullName"`
	Handle     string     `json:"handle"`
	AvatarURL  *string    `json:"avatarUrl"`
	IsOnline   bool       `json:"isOnline"`
	LastSeenAt *wire.Time `json:"lastSeenAt"`

	Hue    int    `json:"-"` // 1–8, for pages
	Status string `json:"-"` // as in Presence
	Text   string `json:"-"`
}

// Me is the profile of the current user, with private fields.
type Me struct {
	Profile
	Email string `json:"email"`
	Role  Role   `json:"role"`
}

// Presence is what Online knows of a user.
type Presence struct {
	IsOnline   bool
	LastSeenAt *time.Time // nil: unknown
	Status     string     // "online", "away", "busy", "offline", for the user also "invisible"; empty: unknown
	Text       string     // status message; may be empty
}

// newProfile combines the data of the account with that of presence.
func newProfile(u User, p Presence) Profile {
	seen := p.LastSeenAt
	if seen == nil {
		seen = u.LastSeenAt
	}
	return Profile{
		ID: u.ID, FullName: u.FullName, Handle: u.Handle, AvatarURL: u.AvatarURL,
		IsOnline: p.IsOnline, LastSeenAt: wire.TimeOrNil(seen), Hue: u.Hue, Status: p.Status, Text: p.Text,
	}
}

// Session is a signed-in browser, as listed for its user.
type Session struct {
	ID         int64
	UserAgent  string
	Address    string
	CreatedAt  time.Time
	LastSeenAt time.Time // to the minute
}

// isCurrent reports whether it is the session of the caller.
func (s Session) isCurrent(c Caller) bool { return s.ID == sessionID(c.Session) }

// Token is a program's bearer token, as listed for its owner. The secret is shown only when
// the token is created.
type Token struct {
	ID         int64
	Name       string
	CreatedAt  time.Time
	LastUsedAt *time.Time // to the minute; nil: never
	ExpiresAt  *time.Time // nil: valid until it is revoked
}

// maxTokens is how many valid tokens a user may have.
const maxTokens = 50

// Client is what the connection reveals about a client.
type Client struct {
	Address   string // "": a part of the program itself, which has no limits
	UserAgent string
}

// sessionKey and tokenKey return the key of a session or token in the hub.
func sessionKey(id int64) string { return fmt.Sprintf("session:%d", id) }
func tokenKey(id int64) string   { return fmt.Sprintf("token:%d", id) }

// HueOf returns the colour of a user who has none: always the same for an id, and evenly
// distributed over the eight.
func HueOf(id int64) int {
	h := fnv.New32a()
	h.Write(strconv.AppendInt(nil, id, 10))
	return int(h.Sum32()%8) + 1
}

// freeHandle returns the base, or the base with the lowest number that is not taken: sam,
// sam2, sam3.
func freeHandle(base string, taken []string) string {
	handle := base
	for n := 2; slices.Contains(taken, handle) || slices.Contains(reservedHandles, handle); n++ {
		handle = base + strconv.Itoa(n)
	}
	return handle
}

// reservedHandles would read as mentions of several users.
var reservedHandles = []string{"all", "channel", "everyone", "here"}
