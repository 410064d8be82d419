package search

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"hubbub/internal/fault"
	"hubbub/internal/wire"
)

const (
	shown     = 20   // results that a connection shows, and of a page unless it wants more
	maxPage   = 100  // results of a page
	maxOffset = 1000 // results before a page: nobody reads on, and each costs
	maxQuery  = 500  // code points; what is longer is cut
	maxSaved  = 50   // searches a person saves
)

// Kind is what an entry is.
type Kind string

// The kinds of entries.
const (
	Product  Kind = "product"
	Message  Kind = "message"
	Document Kind = "document"
	User     Kind = "user"
	Room     Kind = "room"
)

// Kinds are all there are, in the order in which they are offered.
var Kinds = []Kind{User, Room, Document, Product, Message}

// Public is the scope of what everybody signed in may find.
const Public = "public"

// Entry is a thing that can be found, as its feature writes it.
type Entry struct {
	Kind    Kind
	ID      int64
	Title   string
	Body    string
	URL     string
	Scope   string          // Public, or one that people are granted: "room:12"
	Data    json.RawMessage // an object, whose fields a result has beside its own
	ActorID int64           // who wrote it; 0: nobody in particular
	At      time.Time       // of equally good ones the newest is first
}

// check refuses what only a mistake of the feature can bring.
func (e Entry) check() error {
	if !slices.Contains(Kinds, e.Kind) || e.ID < 1 || e.Scope == "" {
		return fmt.Errorf("search: no entry: kind %q, id %d, scope %q", e.Kind, e.ID, e.Scope)
	}
	if open := e.Kind == Product || e.Kind == User; open && e.Scope != Public {
		return fmt.Errorf("search: a %s is public", e.Kind)
	}
	return nil
}

// restricted says whether some entries of the kind are not for everybody.
func (k Kind) restricted() bool { return k != Product && k != User }

// Result is an entry that was found.
type Result struct {
	Kind    Kind
	ID      int64
	Title   string
	Snippet string // HTML: escaped, but for <mark>
	URL     string
	Score   float64
	Data    json.RawMessage
	At      time.Time

	// For pages only.
	Heading string // the title, as HTML like the snippet
	Place   string // the room that a message was said in; "": a direct one
	Hue     int    // of who it is or who said it
}

func (r Result) key() key { return key{r.Kind, r.ID} }

// key names an entry.
type key struct {
	kind Kind
	id   int64
}

// MarshalJSON writes the result's own fields, and those of its data beside them.
func (r Result) MarshalJSON() ([]byte, error) { return json.Marshal(r.fields()) }

// fields are the result as an object. Its own win over those of its data.
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

// same says whether nobody could tell the two apart.
func (r Result) same(other Result) bool {
	return r.key() == other.key() && r.Title == other.Title && r.Snippet == other.Snippet && r.URL == other.URL &&
		r.Score == other.Score && string(r.Data) == string(other.Data) && r.At.Equal(other.At)
}

// Ask is what somebody looks for.
type Ask struct {
	Viewer int64  // who looks: they find what they may see
	Text   string // as it was typed
	Kinds  []Kind // none: all
}

// Page is a part of the results, and how many there are in all.
type Page struct {
	Results []Result
	Counts  map[Kind]int // of every kind, whatever kinds were asked for
}

// Total is how many there are of the kinds; of all, if none is named.
func (p Page) Total(kinds ...Kind) int {
	total := 0
	for kind, n := range p.Counts {
		if len(kinds) == 0 || slices.Contains(kinds, kind) {
			total += n
		}
	}
	return total
}

// Saved is a search that somebody keeps.
type Saved struct {
	ID        int64     `json:"id"`
	UserID    int64     `json:"-"`
	Query     string    `json:"query"`
	Kinds     []Kind    `json:"kinds"`
	Notify    bool      `json:"notify"` // they are told of what is new
	CreatedAt wire.Time `json:"createdAt"`
}

// checkKinds refuses what is no kind.
func checkKinds(kinds []Kind) error {
	for _, k := range kinds {
		if !slices.Contains(Kinds, k) {
			return fault.Invalid("kinds", "must be of product, message, document, user, room")
		}
	}
	return nil
}

// cut shortens a text to so many code points.
func cut(text string, most int) string {
	if len(text) <= most || utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most])
}

// kindList is kinds as an input: a JSON list, or comma-separated as in a query.
type kindList []Kind

// UnmarshalJSON accepts both forms.
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
