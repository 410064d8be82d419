package web

import (
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
)

// Viewer is the user that a page is rendered for.
type Viewer struct {
	ID       int64
	FullName string
	Handle   string
	Email    string
	Role     string
	Hue      int // 1–8, see AvatarProps
	Presence Presence
}

// Page is the data of the frame around a page.
type Page struct {
	Title   string            // before "· Hubbub" in the browser's tab
	Path    string            // of this page; marks the current link
	Viewer  *Viewer           // nil for a guest
	Nav     []NavLink         // the product's pages, in order
	Actions []PaletteAction   // actions that the palette offers on every page
	Sidebar []templ.Component // sections that features contribute, in order
	Scripts []string          // the entries of the page's scripts, such as "chat/index.js"
	Styles  []string          // further stylesheets, such as "css/collab.css"
	Bell    templ.Component   // the notifications button with its popover; nil: none
	Me      templ.Component   // the viewer's status, in their account menu; nil: none
	Theme   string            // "light", "dark" or "" for the system's
	Zone    *time.Location    // the viewer's; nil: UTC
	Live    bool              // the page connects for guests, too; for a viewer it always does
	// SecondPerson is an address of the same server on another host, and so with
	// other cookies, where a second user can sign in. Empty: not offered.
	SecondPerson string
}

// NavLink is one of the product's pages in the sidebar and the palette.
type NavLink struct {
	Href  string
	Label string
	Icon  string
	About string // what the page is for, on the start page
}

// PaletteAction is an action that the palette offers. It submits an empty form.
type PaletteAction struct {
	Action string // the form's
	Label  string
	Icon   string
}

// current reports whether a link leads to this page or to one above it.
func (p Page) current(href string) bool {
	return p.Path == href || strings.HasPrefix(p.Path, href+"/")
}

func (p Page) documentTitle() string {
	if p.Title == "" {
		return "Hubbub"
	}
	return p.Title + " · Hubbub"
}

// Framed returns the whole page, with the component in its frame.
func (p Page) Framed(content templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return Frame(p).Render(templ.WithChildren(ctx, content), w)
	})
}

// socketSource returns the stable address of socket.js. The version makes a
// browser fetch the script again with the pages of a new build.
func socketSource() string { return "/" + socketScript + "?v=" + static().version }

func (v Viewer) avatar() AvatarProps {
	return AvatarProps{Name: v.FullName, Hue: v.Hue, Size: AvatarMedium, Presence: v.Presence, Person: v.ID}
}

func decimal[N int | int64](n N) string { return strconv.FormatInt(int64(n), 10) }
