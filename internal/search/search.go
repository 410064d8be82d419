package search

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"hubbub/internal/base/fault"
	"hubbub/internal/live/wire"
)

const (
	pageSize  = 20   // results that a connection shows; also the default length of a page
	maxPage   = 100  // results on one page
	maxOffset = 1000 // results before a page; the database has to compute each of them
	maxQuery  = 500  // code points; a longer query is truncated
	maxSaved  = 50   // saved searches per user
)

// Kind is the kind of thing that an entry is about.
type Kind string

// The kinds of entries.
const (
	Product  Kind = "product"
	Message  Kind = "message"
	Document Kind = "document"
	User     Kind = "user"
	Room     Kind = "room"
)

// Kinds lists all kinds, in the order in which the page offers them.
var Kinds = []Kind{User, Room, Document, Product, Message}

// Public is the scope of entries that every signed-in user may find.
const Public = "public"

// Entry is a thing that can be found, as its feature writes it.
type Entry struct {
	Kind    Kind
	ID      int64
	Title   string
	Body    string
	URL     string
	Scope   string          // Public, or a scope that users are granted: "room:12"
	Data    json.RawMessage // a JSON object, whose fields are added to those of a result
	ActorID int64           // the author; 0 if there is none
	At      time.Time       // among equal scores the newest comes first
}

// check returns an error for an entry that only a programming error can produce.
func (e Entry) check() error {
	if !slices.Contains(Kinds, e.Kind) || e.ID < 1 || e.Scope == "" {
		return fmt.Errorf("search: invalid entry: kind %q, id %d, scope %q", e.Kind, e.ID, e.Scope)
	}
	if open := e.Kind == Product || e.Kind == User; open && e.Scope != Public {
		return fmt.Errorf("search: a %s must have the public scope", e.Kind)
	}
	return nil
}

// restricted reports whether entries of the kind may have another scope than Public.
func (k Kind) restricted() bool { return k != Product && k != User }

// Result is an entry that was found.
type Result struct {
	Kind    Kind
	ID      int64
	Title   string
	Snippet string // HTML: escaped, except for <mark>
	URL     string
	Score   float64
	Data    json.RawMessage
	At      time.Time

	// For pages only.
	Heading string // the title, as HTML like the snippet
	Place   string // the title of a message's room; "" for a direct message
	Hue     int    // the avatar colour of the user, or of the message's author
}

func (r Result) key() key { return key{r.Kind, r.ID} }

// key identifies an entry.
type key struct {
	kind Kind
	id   int64
}

// MarshalJSON writes the result's own fields together with those of its Data.
func (r Result) MarshalJSON() ([]byte, error) { return json.Marshal(r.fields()) }

// fields returns the result as an object. Its own fields override those of Data.
func (r Result) fields() map[string]any {
	fields := map[string]any{}
	var more map[string]json.RawMessage
	if json.Unmarshal(r.Data, &more) == nil {
		for name, value := range more {
			fields[name] = value
		}
	}
	maps.Copy(fields, map[string]any{
		"kind": r.Kind, "id": r.ID, "title": r.Title, "snippet": r.Snippet, "url": r.URL, "score": r.Score,
	})
	return fields
}

// equal reports whether a client would see no difference between the two.
func (r Result) equal(other Result) bool {
	return r.key() == other.key() && r.Title == other.Title && r.Snippet == other.Snippet && r.URL == other.URL &&
		r.Score == other.Score && string(r.Data) == string(other.Data) && r.At.Equal(other.At)
}

// Request is a search as a user asks for it.
type Request struct {
	Viewer int64  // the user, who finds only what they may see
	Text   string // as typed
	Kinds  []Kind // empty: all
}

// Page is one page of results, with the number of all results by kind.
type Page struct {
	Results []Result
	Counts  map[Kind]int // of every kind, not only the requested ones
}

// Total returns the number of results of the given kinds, or of all if none is given.
func (p Page) Total(kinds ...Kind) int {
	total := 0
	for kind, n := range p.Counts {
		if len(kinds) == 0 || slices.Contains(kinds, kind) {
			total += n
		}
	}
	return total
}

// Saved is a search that a user has saved.
type Saved struct {
	ID        int64     `json:"id"`
	UserID    int64     `json:"-"`
	Query     string    `json:"query"`
	Kinds     []Kind    `json:"kinds"`
	Notify    bool      `json:"notify"` // whether the user is notified of new results
	CreatedAt wire.Time `json:"createdAt"`
}

// checkKinds returns a fault if one of the kinds does not exist.
func checkKinds(kinds []Kind) error {
	for _, k := range kinds {
		if !slices.Contains(Kinds, k) {
			return fault.Invalid("kinds", "must be of product, message, document, user, room")
		}
	}
	return nil
}

// cut truncates a text to at most that many code points.
func cut(text string, most int) string {
	if len(text) <= most || utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most])
}

// kindList is a list of kinds as input: a JSON list, or a comma-separated string as in a URL's
// query.
type kindList []Kind

// UnmarshalJSON accepts both forms, and drops duplicates and empty names.
func (l *kindList) UnmarshalJSON(raw []byte) error {
	var names []string
	var text string
	if json.Unmarshal(raw, &text) == nil {
		names = strings.Split(text, ",")
	} else if err := json.Unmarshal(raw, &names); err != nil {
		return err
	}
	*l = nil
	for _, name := range names {
		if kind := Kind(strings.TrimSpace(name)); kind != "" && !slices.Contains(*l, kind) {
			*l = append(*l, kind)
		}
	}
	return nil
}
