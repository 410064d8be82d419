package search

import (
	"encoding/json"
	"fmt"
	"strings"

	"hubbub/internal/base/index"
	"hubbub/web"
)

// labels are the names of the kinds on the page.
var labels = map[index.Kind]string{index.User: "People", index.Room: "Rooms", index.Document: "Documents", index.Product: "Products", index.Message: "Messages"}

// elementID returns the HTML id of the result.
func (r Result) elementID() string { return fmt.Sprintf("found-%s-%d", r.Kind, r.ID) }

// hit returns the props of the component that shows a result everywhere.
func (r Result) hit() web.HitProps {
	p := web.HitProps{Href: r.URL, Title: r.Title, Heading: r.Heading, Excerpt: r.Snippet}
	switch r.Kind {
	case index.User, index.Message:
		p.Person = &web.AvatarProps{Name: r.Title, Hue: r.Hue, Size: web.AvatarMedium}
	case index.Room:
		p.Icon, p.Sub = r.roomIcon(), "room"
	case index.Product:
		p.Icon, p.Sub = "receipt", r.price()
	case index.Document:
		p.Icon, p.Sub, p.At = "file-text", "document", r.At
	}
	if r.Kind == index.Message {
		p.Sub, p.At = r.where(), r.At
	}
	return p
}

// where returns the place of a message. A direct message has no room name.
func (r Result) where() string {
	if r.Place == "" {
		return "in a direct message"
	}
	return "in #" + r.Place
}

func (r Result) roomIcon() string {
	var data struct {
		Room struct{ Kind string }
	}
	if json.Unmarshal(r.Data, &data) == nil && data.Room.Kind == "private" {
		return "lock"
	}
	return "hash"
}

func (r Result) price() string {
	var data struct{ Price string }
	_ = json.Unmarshal(r.Data, &data) // without a price it returns ""
	return data.Price
}

// commaSeparated joins kinds as in a URL.
func commaSeparated(kinds []index.Kind) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	return strings.Join(names, ",")
}

// kindsLabel names the kinds that a saved search is for.
func (s Saved) kindsLabel() string {
	if len(s.Kinds) == 0 || len(s.Kinds) == len(index.Kinds) {
		return "Everything"
	}
	names := make([]string, len(s.Kinds))
	for i, k := range s.Kinds {
		names[i] = labels[k]
	}
	return strings.Join(names, ", ")
}

func (s Saved) icon() string {
	if s.Notify {
		return "bell"
	}
	return "search"
}
