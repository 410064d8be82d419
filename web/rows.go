package web

import (
	"strings"
	"time"

	"github.com/a-h/templ"
)

// NoticeProps describe one notification; its sentence is the children.
type NoticeProps struct {
	Href    string
	Person  *AvatarProps // the user who caused it; nil: Icon is shown instead
	Other   *AvatarProps // a user who did the same before; nil: none
	Icon    string       // for what happened
	Tone    Tone         // of the icon
	At      time.Time
	Excerpt string // may be empty
	Unread  bool
	Attrs   templ.Attributes
}

// HitProps describe a search result.
type HitProps struct {
	Href   string
	Person *AvatarProps // its author; nil: Icon is shown instead
	Icon   string       // for its kind
	Title  string
	Match  string // its first occurrence in the title is marked; may be empty
	Sub    string // its place; may be empty
	// Heading is the title as HTML, escaped but for <mark>, in place of Match.
	Heading string
	Excerpt string    // HTML, likewise; may be empty
	At      time.Time // zero: no time is shown
	Attrs   templ.Attributes
}

// TileProps describe one number of a dashboard. The children are its sparkline,
// if it has one.
type TileProps struct {
	ID      string // for scripts and fragments; may be empty
	Label   string
	Value   string
	Unit    string // small, after the value
	Delta   string // "+8.1%"; may be empty
	Against string // for screen readers, after Delta: "than a minute ago"
	Worse   bool   // the change is for the worse
}

// trend returns the icon of a change, by its sign.
func (p TileProps) trend() string {
	if strings.HasPrefix(p.Delta, "−") {
		return "trending-down"
	}
	return "trending-up"
}

// splitMatch splits a title around the first occurrence of match, ignoring case.
// Without one, before is the whole title. So it is if the title has a letter
// whose lower case has another length, which would shift the position.
func splitMatch(title, match string) (before, hit, after string) {
	lower, match := strings.ToLower(title), strings.ToLower(match)
	at := strings.Index(lower, match)
	if match == "" || at < 0 || len(lower) != len(title) {
		return title, "", ""
	}
	return title[:at], title[at : at+len(match)], title[at+len(match):]
}
