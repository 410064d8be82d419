package collab

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/live/wire"
)

// Schema is the version of the page's editor; each new kind of node increases it.
// An editor with an older schema would delete the nodes that it does not know.
const Schema = 1

const (
	maxUpdate   = 1 << 20   // bytes of one update
	maxDocument = 10 << 20  // bytes of a compacted document; past it only deletions are accepted
	maxUnits    = 1 << 24   // new clock units in an update
	maxValue    = 64 << 10  // bytes of an attribute: pictures are stored by reference
	maxRoots    = 16        // root types of a document
	maxRootName = 64        // bytes
	maxTitle    = 200       // characters
	maxContent  = 200 << 10 // bytes of a text written without an editor, or imported
	pageSize    = 50        // documents in a list by default
	maxPage     = 100       // documents in a list at most

	updateRate  = 60        // updates a second and channel
	byteRate    = 256 << 10 // bytes of updates a second and channel
	syncRate    = 2         // STEP1 a second and channel
	caretRate   = 15        // awareness updates a second and channel
	burst       = 4         // seconds of each rate that may come at once
	foreignFrom = 1 << 32   // the lowest Yjs client that the server accepts without having assigned it
)

// Role is what a user may do with a document.
type Role string

// The roles. Nobody is the role of users who may not know that the document exists.
const (
	Nobody Role = ""
	Viewer Role = "viewer"
	Editor Role = "editor"
	Owner  Role = "owner"
)

// Writes reports whether the role may change the content.
func (r Role) Writes() bool { return r == Editor || r == Owner }

// mayChange returns an error if the draft has a title and the role may not write,
// or a visibility and the role is not Owner.
func (r Role) mayChange(d Draft) error {
	switch {
	case d.Visibility != nil && r != Owner:
		return fault.Forbidden("Only owners can change who can read this document.")
	case !r.Writes():
		return fault.Forbidden("Only owners and editors can rename this document.")
	}
	return nil
}

// mayManage returns an error if the thread is another user's and the role may not write.
func (r Role) mayManage(authorID, userID int64) error {
	if authorID != userID && !r.Writes() {
		return fault.Forbidden("Only owners, editors and the person who started the thread can do that.")
	}
	return nil
}

func (r Role) valid() bool { return r == Viewer || r == Editor || r == Owner }

// Visibility is which users may read without being a member.
type Visibility string

// The visibilities.
const (
	Private  Visibility = "private"
	Everyone Visibility = "everyone" // every signed-in user
)

// Document is a document as lists show it.
type Document struct {
	ID         int64           `json:"id"`
	Title      string          `json:"title"`
	Visibility Visibility      `json:"visibility"`
	Role       Role            `json:"role"` // the reader's
	CreatedAt  wire.Time       `json:"createdAt"`
	UpdatedAt  wire.Time       `json:"updatedAt"`
	UpdatedBy  account.Profile `json:"updatedBy"`
	Excerpt    string          `json:"excerpt"` // the beginning of the text
	Full       bool            `json:"full"`    // only deletions are accepted

	Here []account.Profile `json:"here"` // the visible users who have it open
}

// Whole is a document with its text, one line for each paragraph.
type Whole struct {
	Document
	Content string `json:"content"`
}

// Member is a user that a document is shared with.
type Member struct {
	User account.Profile `json:"user"`
	Role Role            `json:"role"`
}

// Collaborator is a connection that has the document open, by the Yjs client that
// it was given.
type Collaborator struct {
	Client uint64          `json:"client"`
	Hue    int             `json:"hue"` // the user's colour, as in Profile
	User   account.Profile `json:"user"`
}

// Draft has the properties of a document to create or change; a nil field is left as it is.
type Draft struct {
	Title      *string
	Visibility *Visibility
}

func (d *Draft) check() error {
	if d.Title != nil {
		title := strings.TrimSpace(*d.Title)
		d.Title = &title
		if n := utf8.RuneCountInString(title); n == 0 || n > maxTitle {
			return fault.Invalid("title", "must be 1 to 200 characters")
		}
	}
	if d.Visibility != nil && *d.Visibility != Private && *d.Visibility != Everyone {
		return fault.Invalid("visibility", "must be private or everyone")
	}
	return nil
}

func checkContent(field, text string) error {
	if len(text) > maxContent {
		return fault.Invalid(field, "must not be more than 200 KiB")
	}
	return nil
}

// excerpt returns the first words of a text, 160 characters at most.
func excerpt(text string) string {
	const most = 160
	words := strings.Join(strings.Fields(text[:min(len(text), 8*most)]), " ")
	if runes := []rune(words); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return strings.ToValidUTF8(words, "")
}

// Timing configures the background work. A zero field means the default.
type Timing struct {
	Check    time.Duration // between two comparisons of open documents with the database
	Settle   time.Duration // from the last change until the text is read for search…
	AtMost   time.Duration // …and between two readings while users keep writing
	Idle     time.Duration // from the last change until an automatic version is made…
	Busy     time.Duration // …and between two versions while users keep writing
	PlainGap time.Duration // at least, between two documentUpdated of a document
}

func (t Timing) withDefaults() Timing {
	orDefault := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	orDefault(&t.Check, 5*time.Second)
	orDefault(&t.Settle, 3*time.Second)
	orDefault(&t.AtMost, 30*time.Second)
	orDefault(&t.Idle, 2*time.Minute)
	orDefault(&t.Busy, 10*time.Minute)
	orDefault(&t.PlainGap, 500*time.Millisecond)
	return t
}

func sortedUnique(ids []int64) []int64 {
	slices.Sort(ids)
	return slices.Compact(ids)
}
