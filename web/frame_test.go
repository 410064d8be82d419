package web

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"hubbub/internal/base/fault"
)

var sam = &Viewer{ID: 7, FullName: "Sam <Rivera>", Handle: "sam", Hue: 6}

func render(t *testing.T, ctx context.Context, c templ.Component) string {
	t.Helper()
	var out strings.Builder
	if err := c.Render(ctx, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// elements renders a component and calls visit for each of its elements.
func elements(t *testing.T, c templ.Component, visit func(name string, attributes map[string]string)) {
	t.Helper()
	tokens := html.NewTokenizer(strings.NewReader(render(t, context.Background(), c)))
	for kind := tokens.Next(); kind != html.ErrorToken; kind = tokens.Next() {
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		element := tokens.Token()
		attributes := map[string]string{}
		for _, a := range element.Attr {
			attributes[a.Key] = a.Val
		}
		visit(element.Data, attributes)
	}
}

func pages() map[string]templ.Component {
	full := Page{Title: "Rooms", Path: "/rooms/3", Viewer: sam, Theme: "dark", Scripts: []string{"core/index.js"}, Nav: []NavLink{{Href: "/rooms", Label: "Rooms", Icon: "hash", About: "Talk"}}, SecondPerson: "http://127.0.0.1:8080/signin"}
	return map[string]templ.Component{
		"components":      ComponentsPage(full),
		"components bare": ComponentsPage(Page{}),
		"start":           StartPage(full, Start{Counter: Icon("plus")}),
		"start, outside":  StartPage(Page{Live: true}, Start{Demo: true, Counter: Icon("plus"), Showcase: Icon("eye")}),
		"not found":       ErrorPage(full, fault.NotFound(), ""),
		"broken, outside": ErrorPage(Page{Path: "/"}, fault.New(500, ""), "7f3a"),
	}
}

func TestPagesHaveOneHeadingOneMainAndUniqueIDs(t *testing.T) {
	for name, page := range pages() {
		count, ids := map[string]int{}, map[string]int{}
		elements(t, page, func(element string, attributes map[string]string) {
			count[element]++
			if id := attributes["id"]; id != "" {
				ids[id]++
			}
		})
		for _, element := range []string{"h1", "main", "title"} {
			if count[element] != 1 {
				t.Errorf("%s: %d of <%s>, want 1", name, count[element], element)
			}
		}
		for id, times := range ids {
			if times > 1 {
				t.Errorf("%s: id %q is used %d times", name, id, times)
			}
		}
	}
}

func TestPagesReferToExistingIDs(t *testing.T) {
	for name, page := range pages() {
		ids, references := map[string]bool{"": true}, map[string]string{}
		elements(t, page, func(element string, attributes map[string]string) {
			ids[attributes["id"]] = true
			for _, by := range []string{"for", "popovertarget", "commandfor", "aria-controls", "aria-labelledby", "aria-describedby"} {
				references[attributes[by]] = by
			}
		})
		for id, by := range references {
			if !ids[id] {
				t.Errorf("%s: %s=%q refers to no element", name, by, id)
			}
		}
	}
}

func TestPagesNameOnlyServedFiles(t *testing.T) {
	for name, page := range pages() {
		elements(t, page, func(element string, attributes map[string]string) {
			address, _, _ := strings.Cut(attributes["src"]+attributes["href"], "#")
			if !strings.HasPrefix(address, "/assets/") && !strings.HasPrefix(address, "/js/") {
				return
			}
			if res := get(t, address); res.StatusCode != http.StatusOK {
				t.Errorf("%s: %s is %d", name, address, res.StatusCode)
			}
		})
	}
}

func TestFrameBodyHasTheViewersData(t *testing.T) {
	elements(t, Frame(Page{Viewer: sam}), func(element string, attributes map[string]string) {
		if element != "body" {
			return
		}
		for key, want := range map[string]string{"data-user-id": "7", "data-user-name": "Sam <Rivera>", "data-handle": "sam", "data-hue": "6"} {
			if attributes[key] != want {
				t.Errorf("%s is %q, want %q", key, attributes[key], want)
			}
		}
	})
}

func TestPagesForGuestsLoadTheSocketOnlyWhenLive(t *testing.T) {
	if html := render(t, context.Background(), Bare(Page{})); strings.Contains(html, "socket.js") {
		t.Error("a page without a viewer loads socket.js")
	}
	if html := render(t, context.Background(), Bare(Page{Live: true})); !strings.Contains(html, "socket.js") {
		t.Error("a live page does not load socket.js")
	}
	html := render(t, context.Background(), Frame(Page{Viewer: sam}))
	if strings.Index(html, "/js/socket.js?v=") > strings.Index(html, Asset(coreScript)) {
		t.Error("the shell comes before socket.js, which it uses")
	}
}

func TestFrameMarksTheCurrentLink(t *testing.T) {
	for path, want := range map[string]int{"/rooms": 1, "/rooms/3": 1, "/roomsy": 0, "/people": 0} {
		got := strings.Count(render(t, context.Background(), Frame(Page{Path: path, Nav: []NavLink{{Href: "/rooms", Label: "Rooms", Icon: "hash"}}})), `aria-current="page"`)
		if got != want {
			t.Errorf("%s: %d links are current, want %d", path, got, want)
		}
	}
}

func TestPagesAreRenderedWithTheTheme(t *testing.T) {
	if html := render(t, context.Background(), Bare(Page{Theme: "dark"})); !strings.Contains(html, `data-theme="dark"`) {
		t.Error("<html> does not have the theme")
	}
	if html := render(t, context.Background(), Bare(Page{})); strings.Contains(html, "data-theme=") {
		t.Error("<html> has a theme, but none was chosen")
	}
}

func TestFrameLeavesOutPartsThatAreNotSet(t *testing.T) {
	html := render(t, context.Background(), Frame(Page{Viewer: sam}))
	for _, absent := range []string{`id="notifications"`, "Sign in as a second person"} {
		if strings.Contains(html, absent) {
			t.Errorf("the page has %s, which is not set", absent)
		}
	}
	bell := Page{Viewer: sam, Bell: Icon("bell"), SecondPerson: "http://127.0.0.1/signin"}
	html = render(t, context.Background(), Frame(bell))
	for _, present := range []string{"#bell", "Sign in as a second person"} {
		if !strings.Contains(html, present) {
			t.Errorf("the page lacks %s", present)
		}
	}
}

func TestFrameRendersSectionsInThePagesZone(t *testing.T) {
	page := Page{Zone: time.FixedZone("somewhere", 3*60*60), Sidebar: []templ.Component{Clock(now)}}
	if html := render(t, context.Background(), Frame(page)); !strings.Contains(html, ">12:13<") {
		t.Error("the sidebar's time is not in the page's zone")
	}
}
