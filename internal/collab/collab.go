package collab

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"hubbub/internal/account"
	"hubbub/internal/fault"
	"hubbub/internal/wire"
)

// Schema is that of the page's editor: it grows when a new kind of node ships.
// A page with an older one would delete what it does not know.
const Schema = 1

const (
	maxUpdate   = 1 << 20   // bytes of one update
	maxDocument = 10 << 20  // bytes of a whole one; past it only deletions are taken
	maxUnits    = 1 << 24   // new clock units an update
	maxValue    = 64 << 10  // bytes of an attribute: pictures are by reference
	maxRoots    = 16        // of a document
	maxRootName = 64        // bytes
	maxTitle    = 200       // characters
	maxContent  = 200 << 10 // bytes of a text written without an editor, or imported
	pageSize    = 50        // of a list
	maxPage     = 100

	updateRate  = 60        // a second, of a channel
	byteRate    = 256 << 10 // a second, of a channel
	askRate     = 2         // whole answers a second, of a channel
	caretRate   = 15        // awareness a second, of a channel
	burst       = 4         // times the rate
	foreignFrom = 1 << 32   // clients that were not given out here may count from this on
)

// Role is what somebody may do with a document.
type Role string

// The roles. Nobody is also whoever may not know of the document.
const (
	Nobody Role = ""
	Viewer Role = "viewer"
	Editor Role = "editor"
	Owner  Role = "owner"
)

// Writes tells whether the role may change the content.
func (r Role) Writes() bool { return r == Editor || r == Owner }

// mayChange refuses the title to those who may not write, and the visibility to
// those who do not own the document.
func (r Role) mayChange(d Draft) error {
	switch {
	case d.Visibility != nil && r != Owner:
		return fault.Forbidden("Only the document's owners decide who may read it.")
	case !r.Writes():
		return fault.Forbidden("Only the document's owners and editors rename it.")
	}
	return nil
}

// mayManage refuses another's thread to those who may not write.
func (r Role) mayManage(authorID, userID int64) error {
	if authorID != userID && !r.Writes() {
		return fault.Forbidden("Only whoever began the thread, and the document's owners and editors, may do that.")
	}
	return nil
}

func (r Role) known() bool { return r == Viewer || r == Editor || r == Owner }

// Visibility is who may read without being a member.
type Visibility string

// The visibilities.
const (
	Private  Visibility = "private"
	Everyone Visibility = "everyone" // who is signed in
)

// Document is what a list shows of one.
type Document struct {
	ID         int64           `json:"id"`
	Title      string          `json:"title"`
	Visibility Visibility      `json:"visibility"`
	Role       Role            `json:"role"` // the reader's
	CreatedAt  wire.Time       `json:"createdAt"`
	UpdatedAt  wire.Time       `json:"updatedAt"`
	UpdatedBy  account.Profile `json:"updatedBy"`
	Excerpt    string          `json:"excerpt"` // how the text begins
	Full       bool            `json:"full"`    // it takes deletions only

	Here []account.Profile `json:"here"` // who has it open
}

// Whole is a document with its text, a line a paragraph.
type Whole struct {
	Document
	Content string `json:"content"`
}

// Member is somebody a document was shared with.
type Member struct {
	User account.Profile `json:"user"`
	Role Role            `json:"role"`
}

// Collaborator is somebody who has the document open, by the client of Yjs that
// they were given.
type Collaborator struct {
	Client uint64          `json:"client"`
	Hue    int             `json:"hue"` // the person's colour, as in Profile
	User   account.Profile `json:"user"`
}

// Draft is what is said of a document when it is made or changed; nil: nothing.
type Draft struct {
	Title      *string
	Visibility *Visibility
}

func (d *Draft) check() error {
	if d.Title != nil {
		title := strings.TrimSpace(*d.Title)
		d.Title = &title
		if n := utf8.RuneCountInString(title); n == 0 || n > maxTitle {
			return fault.Invalid("title", "must have 1 to 200 characters")
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

// excerpt is the first words of a text.
func excerpt(text string) string {
	const most = 160
	words := strings.Join(strings.Fields(text[:min(len(text), 8*most)]), " ")
	if runes := []rune(words); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return strings.ToValidUTF8(words, "")
}

// Timing is how often things are looked at. Zero fields are the usual.
type Timing struct {
	Check    time.Duration // open documents against the database
	Settle   time.Duration // after the last change the text is read for search…
	AtMost   time.Duration // …but while people write, this often
	Idle     time.Duration // after it a document gets an automatic version…
	Busy     time.Duration // …and while people write, this often
	PlainGap time.Duration // between two documentUpdated
}

func (t Timing) withDefaults() Timing {
	usual := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	usual(&t.Check, 5*time.Second)
	usual(&t.Settle, 3*time.Second)
	usual(&t.AtMost, 30*time.Second)
	usual(&t.Idle, 2*time.Minute)
	usual(&t.Busy, 10*time.Minute)
	usual(&t.PlainGap, 500*time.Millisecond)
	return t
}

func sortedUnique(ids []int64) []int64 {
	slices.Sort(ids)
	return slices.Compact(ids)
}
