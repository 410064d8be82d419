package search

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/action"
	"hubbub/web"
)

// Shell draws what is around a page: it knows who looks and what the other
// features put into the sidebar.
type Shell interface {
	Page(c echo.Context, title string) (web.Page, error)
}

// Pages registers the page of a search, and the forms in it, which work without
// JavaScript.
func Pages(g *echo.Group, s *Service, shell Shell) {
	p := pages{s, shell}
	g.GET("/search", account.PageAction(p.page))
	g.GET("/search/counts", account.PageAction(p.counts))
	g.GET("/search/preview", account.PageAction(p.preview))
	g.POST("/search/saved", account.PageAction(p.save))
	g.POST("/search/saved/:id/delete", account.PageAction(p.forget))
}

type pages struct {
	searches *Service
	shell    Shell
}

type pageInput struct {
	Query  string        `json:"q"`
	Kinds  kindList      `json:"kinds"` // none: all
	Offset action.Cursor `json:"offset"`
}

// look is what somebody looks for on the page.
func (in pageInput) look() look {
	return look{query: cut(in.Query, maxQuery), kinds: in.Kinds, upto: int(min(in.Offset, maxOffset))}
}

// look is a search as its page shows it.
type look struct {
	query  string
	kinds  []Kind
	upto   int // how many results are shown or were on pages before
	counts map[Kind]int
}

func (p pages) page(c echo.Context, who account.User, in pageInput) error {
	l, ctx := in.look(), c.Request().Context()
	found, err := p.searches.Page(ctx, Ask{Viewer: who.ID, Text: l.query, Kinds: l.kinds}, shown, l.upto)
	if err != nil {
		return err
	}
	l.counts, l.upto = found.Counts, l.upto+len(found.Results)
	saved, err := p.searches.Saved(ctx, who.ID)
	if err != nil {
		return err
	}
	page, err := p.shell.Page(c, l.title())
	if err != nil {
		return err
	}
	page.Modules = append(page.Modules, "js/search.js")
	return action.Page(c, http.StatusOK, page.Framed(SearchPage(l, found.Results, saved)))
}

// counts answers what stands around the results, for search.js to bring up to
// date what it shows. offset is how many it shows.
func (p pages) counts(c echo.Context, who account.User, in pageInput) error {
	l := in.look()
	counts, err := p.searches.Counts(c.Request().Context(), Ask{Viewer: who.ID, Text: l.query, Kinds: l.kinds})
	if err != nil {
		return err
	}
	l.counts = counts
	return action.Page(c, http.StatusOK, Around(l))
}

type previewInput struct {
	Query string    `json:"q"`
	Kind  Kind      `json:"kind" required:"true"`
	ID    action.ID `json:"id" required:"true"`
}

func (p pages) preview(c echo.Context, who account.User, in previewInput) error {
	ask := Ask{Viewer: who.ID, Text: cut(in.Query, maxQuery), Kinds: []Kind{in.Kind}}
	r, text, err := p.searches.Preview(c.Request().Context(), ask, in.Kind, int64(in.ID))
	if err != nil {
		return err
	}
	return action.Page(c, http.StatusOK, Preview(r, text))
}

type saveForm struct {
	Query  string      `json:"q"`
	Kinds  kindList    `json:"kinds"`
	Notify action.Bool `json:"notify"`
}

func (p pages) save(c echo.Context, who account.User, in saveForm) error {
	_, err := p.searches.Save(c.Request().Context(), Saved{UserID: who.ID, Query: in.Query, Kinds: in.Kinds, Notify: bool(in.Notify)})
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, pathOf(in.Query, in.Kinds, 0))
}

type forgetForm struct {
	ID    action.ID `json:"id"`
	Query string    `json:"q"` // what the page shows
	Kinds kindList  `json:"kinds"`
}

func (p pages) forget(c echo.Context, who account.User, in forgetForm) error {
	if err := p.searches.Forget(c.Request().Context(), who.ID, int64(in.ID)); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, pathOf(in.Query, in.Kinds, 0))
}

func (l look) title() string {
	if l.blank() {
		return "Search"
	}
	return l.query + " · Search"
}

func (l look) blank() bool { return parse(l.query).blank() }

// all says whether every kind is looked for.
func (l look) all() bool { return len(l.kinds) == 0 }

func (l look) only(k Kind) bool { return slices.Equal(l.kinds, []Kind{k}) }

func (l look) total() int { return Page{Counts: l.counts}.Total(l.kinds...) }

// elsewhere is how many results are of other kinds.
func (l look) elsewhere() int { return Page{Counts: l.counts}.Total() - l.total() }

// more says whether there are results after those that are shown.
func (l look) more() bool { return l.upto < l.total() && l.upto < maxOffset }

// summary is what the status line says.
func (l look) summary() string {
	if l.blank() {
		return ""
	}
	return counted(l.total())
}

func counted(n int) string {
	if n == 1 {
		return "1 result"
	}
	return strconv.Itoa(n) + " results"
}

// pathOf is the address of a search.
func pathOf(query string, kinds []Kind, offset int) string {
	values := url.Values{}
	if query != "" {
		values.Set("q", query)
	}
	if len(kinds) > 0 {
		values.Set("kinds", commas(kinds))
	}
	if offset > 0 {
		values.Set("offset", strconv.Itoa(offset))
	}
	if len(values) == 0 {
		return "/search"
	}
	return "/search?" + values.Encode()
}
