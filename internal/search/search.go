package search

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"hubbub/internal/base/fault"
	"hubbub/internal/base/index"
	"hubbub/internal/live/wire"
)

const (
	pageSize  = 20   // results that a connection shows; also the default length of a page
	maxPage   = 100  // results on one page
	maxOffset = 1000 // results before a page; the database has to compute each of them
	maxQuery  = 500  // code points; a longer query is truncated
	maxSaved  = 50   // saved searches per user
)

// Result is an entry that was found.
type Result struct {
	Kind    index.Kind
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
	kind index.Kind
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
	Viewer int64        // the user, who finds only what they may see
	Text   string       // as typed
	Kinds  []index.Kind // empty: all
}

// Page is one page of results, with the number of all results by kind.
type Page struct {
	Results []Result
	Counts  map[index.Kind]int // of every kind, not only the requested ones
}

// Total returns the number of results of the given kinds, or of all if none is given.
func (p Page) Total(kinds ...index.Kind) int {
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
	ID        int64        `json:"id"`
	UserID    int64        `json:"-"`
	Query     string       `json:"query"`
	Kinds     []index.Kind `json:"kinds"`
	Notify    bool         `json:"notify"` // whether the user is notified of new results
	CreatedAt wire.Time    `json:"createdAt"`
}

// checkKinds returns a fault if one of the kinds does not exist.
func checkKinds(kinds []index.Kind) error {
	for _, k := range kinds {
		if !slices.Contains(index.Kinds, k) {
			return fault.Invalid("kinds", "must be product, message, document, user or room")
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
type kindList []index.Kind

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
		if kind := index.Kind(strings.TrimSpace(name)); kind != "" && !slices.Contains(*l, kind) {
			*l = append(*l, kind)
		}
	}
	return nil
}
