package account

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"time"

	"hubbub/internal/wire"
)

const (
	sessionLife = 30 * 24 * time.Hour // since it was last used
	ticketLife  = time.Minute         // a handshake follows at once
	touchEvery  = time.Minute         // "last seen" is no finer, so that reading a page seldom writes
	sweepEvery  = 10 * time.Minute    // what has expired counts for nothing before it is deleted
)

// Role is what a person is to the whole instance.
type Role string

// The roles. The first person of an instance is its admin.
const (
	Admin  Role = "admin"
	Staff  Role = "staff"
	Member Role = "member"
)

// User is a person as the program knows them. What other people may see of
// them is a Profile.
type User struct {
	ID         int64
	FullName   string
	Handle     string // unique, lower case, what @mentions name; never changes
	Email      string
	Role       Role
	Title      string  // what they do here; usually empty
	AvatarURL  *string // nil: initials
	Hue        int     // 1–8, the colour of their initials and caret
	CreatedAt  time.Time
	LastSeenAt *time.Time // to the minute; nil: never came back

	HasPassword bool // people of the demo have none
}

// IsStaff says whether they may change orders and products.
func (u User) IsStaff() bool { return u.Role == Staff || u.Role == Admin }

// Profile is a person as everybody signed in sees them: the user of the protocol.
type Profile struct {
	ID         int64      `json:"id"`
	FullName   string     `json:"fullName"`
	Handle     string     `json:"handle"`
	AvatarURL  *string    `json:"avatarUrl"`
	IsOnline   bool       `json:"isOnline"`
	LastSeenAt *wire.Time `json:"lastSeenAt"`

	Hue    int    `json:"-"` // 1–8, for pages that draw them
	Status string `json:"-"` // as in Presence
	Text   string `json:"-"`
}

// Me is a person as they see themselves.
type Me struct {
	Profile
	Email string `json:"email"`
	Role  Role   `json:"role"`
}

// Presence is what Online knows of a person.
type Presence struct {
	IsOnline   bool
	LastSeenAt *time.Time // nil: not known there
	Status     string     // "online", "away", "busy", "offline", to oneself also "invisible"; empty: not known
	Text       string     // what they say of it; may be empty
}

// profile joins what the account knows of a person with what presence does.
func profile(u User, p Presence) Profile {
	seen := p.LastSeenAt
	if seen == nil {
		seen = u.LastSeenAt
	}
	return Profile{
		ID: u.ID, FullName: u.FullName, Handle: u.Handle, AvatarURL: u.AvatarURL,
		IsOnline: p.IsOnline, LastSeenAt: wire.TimeOrNil(seen), Hue: u.Hue, Status: p.Status, Text: p.Text,
	}
}

// Session is a signed-in browser, as its owner sees it in the list.
type Session struct {
	ID         int64
	UserAgent  string
	Address    string
	CreatedAt  time.Time
	LastSeenAt time.Time // to the minute
}

// is says whether the caller is here by this session.
func (s Session) is(c Caller) bool { return s.ID == sessionID(c.Session) }

// Token is a program's bearer token, as its owner sees it in the list. The
// secret is shown when the token is made, and never again.
type Token struct {
	ID         int64
	Name       string
	CreatedAt  time.Time
	LastUsedAt *time.Time // to the minute; nil: never
	ExpiresAt  *time.Time // nil: it is valid until it is revoked
}

// mostTokens is how many a person may have at a time.
const mostTokens = 50

// Client is who asks, as far as the connection tells.
type Client struct {
	Address   string // "": a part of the program itself, which no limit holds
	UserAgent string
}

// sessionKey and tokenKey are what the hub knows a session or token by.
func sessionKey(id int64) string { return fmt.Sprintf("session:%d", id) }
func tokenKey(id int64) string   { return fmt.Sprintf("token:%d", id) }

// HueOf is the colour of a person who was not given one: the same everywhere,
// and spread over the eight.
func HueOf(id int64) int {
	h := fnv.New32a()
	h.Write(strconv.AppendInt(nil, id, 10))
	return int(h.Sum32()%8) + 1
}

// freeHandle returns the base, or the base with the lowest number that makes
// it free: sam, sam2, sam3.
func freeHandle(base string, taken []string) string {
	handle := base
	for n := 2; slices.Contains(taken, handle) || slices.Contains(reservedHandles, handle); n++ {
		handle = base + strconv.Itoa(n)
	}
	return handle
}

// reservedHandles would read as a mention of more than one person.
var reservedHandles = []string{"all", "channel", "everyone", "here"}
