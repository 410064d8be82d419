package web

import (
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
)

// Viewer is who is looking at a page.
type Viewer struct {
	ID       int64
	FullName string
	Handle   string
	Email    string
	Role     string
	Hue      int // 1–8, see AvatarProps
	Presence Presence
}

// Page is what a page tells the frame around it.
type Page struct {
	Title   string            // before "· Hubbub" in the tab
	Path    string            // of this page; marks the current link
	Viewer  *Viewer           // nil: nobody is signed in
	Nav     []NavLink         // the product's pages, in order
	Deeds   []Deed            // what can be done from every page, for the palette
	Sidebar []templ.Component // sections that features contribute, in order
	Modules []string          // the page's scripts, such as "js/chat.js"
	Styles  []string          // stylesheets beside the one of every page, such as "css/document.css"
	Bell    templ.Component   // the notifications button with its popover; nil: none
	Me      templ.Component   // how the viewer is, in their account menu; nil: nothing
	Theme   string            // "light", "dark" or "": as the system has it
	Zone    *time.Location    // the reader's; nil: UTC
	Live    bool              // guests are connected too; whoever is signed in always is
	// SecondPerson is an address where somebody else can sign in beside the
	// viewer, with cookies of its own. Empty: not offered.
	SecondPerson string
}

// NavLink is one of the product's pages in the sidebar and the palette.
type NavLink struct {
	Href  string
	Label string
	Icon  string
	About string // what one does there, for the start page
}

// Deed is something that the palette offers to do: it sends an empty form.
type Deed struct {
	Action string // where to
	Label  string
	Icon   string
}

// current says whether a link leads to this page or to what is above it.
func (p Page) current(href string) bool {
	return p.Path == href || strings.HasPrefix(p.Path, href+"/")
}

func (p Page) documentTitle() string {
	if p.Title == "" {
		return "Hubbub"
	}
	return p.Title + " · Hubbub"
}

// Framed is the whole page, with the component in its frame.
func (p Page) Framed(content templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return Frame(p).Render(templ.WithChildren(ctx, content), w)
	})
}

// socketSource is the socket client's stable address; the version makes a
// browser fetch it anew with the pages that need it.
func socketSource() string { return "/" + socketScript + "?v=" + static().version }

func (v Viewer) avatar() AvatarProps {
	return AvatarProps{Name: v.FullName, Hue: v.Hue, Size: AvatarMedium, Presence: v.Presence, Person: v.ID}
}

func decimal[N int | int64](n N) string { return strconv.FormatInt(int64(n), 10) }
