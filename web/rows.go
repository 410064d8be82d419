package web

import (
	"strings"
	"time"

	"github.com/a-h/templ"
)

// NoticeProps describe one notification; its sentence is the children.
type NoticeProps struct {
	Href    string
	Person  *AvatarProps // who did it, or
	Other   *AvatarProps // who did the same before, beside the person; nil: nobody
	Icon    string       // what happened
	Tone    Tone         // of the icon
	At      time.Time
	Excerpt string // may be empty
	Unread  bool
	Attrs   templ.Attributes
}

// HitProps describe something found.
type HitProps struct {
	Href   string
	Person *AvatarProps // whose it is, or
	Icon   string       // what it is
	Title  string
	Match  string // its first occurrence in the title is marked; may be empty
	Sub    string // where it is; may be empty
	// Heading is the title as HTML, escaped but for <mark>, in place of Match.
	Heading string
	Excerpt string    // HTML, likewise; may be empty
	At      time.Time // zero: no matter when
	Attrs   templ.Attributes
}

// TileProps describe one number of a dashboard. The children are its sparkline,
// if it has one.
type TileProps struct {
	ID      string // so that a script or a fragment finds it; may be empty
	Label   string
	Value   string
	Unit    string // small, after the value
	Delta   string // "+8.1%"; may be empty
	Against string // spoken after it: "than a minute ago"
	Worse   bool   // the change is for the worse
}

// trend is the icon of a change: which way, by its sign.
func (p TileProps) trend() string {
	if strings.HasPrefix(p.Delta, "−") {
		return "trending-down"
	}
	return "trending-up"
}

// marked splits a title around the first occurrence of match, whatever its
// case. Where there is none, all of it is before. Letters whose lower case has
// another length would move the place, so they go unmarked.
func marked(title, match string) (before, hit, after string) {
	lower, match := strings.ToLower(title), strings.ToLower(match)
	at := strings.Index(lower, match)
	if match == "" || at < 0 || len(lower) != len(title) {
		return title, "", ""
	}
	return title[:at], title[at : at+len(match)], title[at+len(match):]
}
