package search

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/internal/base/index"
	"hubbub/web"
)

// Shell provides the frame of a page: it knows the current user and what the other features
// put into the sidebar.
type Shell interface {
	Page(c echo.Context, title string) (web.Page, error)
}

// Pages registers the search page and its forms, which work without JavaScript.
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
	Kinds  kindList      `json:"kinds"` // empty: all
	Offset action.Cursor `json:"offset"`
}

// view returns the search that the input asks for, without results yet.
func (in pageInput) view() searchView {
	return searchView{query: cut(in.Query, maxQuery), kinds: in.Kinds, end: int(min(in.Offset, maxOffset))}
}

// searchView is a search as its page shows it.
type searchView struct {
	query  string
	kinds  []index.Kind
	end    int // the offset behind the last result that is shown
	counts map[index.Kind]int
}

func (p pages) page(c echo.Context, who account.User, in pageInput) error {
	v, ctx := in.view(), c.Request().Context()
	found, err := p.searches.Page(ctx, Request{Viewer: who.ID, Text: v.query, Kinds: v.kinds}, pageSize, v.end)
	if err != nil {
		return err
	}
	v.counts, v.end = found.Counts, v.end+len(found.Results)
	saved, err := p.searches.Saved(ctx, who.ID)
	if err != nil {
		return err
	}
	page, err := p.shell.Page(c, v.title())
	if err != nil {
		return err
	}
	page.Scripts = append(page.Scripts, "search/index.js")
	return action.Page(c, http.StatusOK, page.Framed(SearchPage(v, found.Results, saved)))
}

// counts renders the parts of the page around the results, with which search/index.js replaces those
// that it shows. offset is the number of results on the page.
func (p pages) counts(c echo.Context, who account.User, in pageInput) error {
	v := in.view()
	counts, err := p.searches.Counts(c.Request().Context(), Request{Viewer: who.ID, Text: v.query, Kinds: v.kinds})
	if err != nil {
		return err
	}
	v.counts = counts
	return action.Page(c, http.StatusOK, Around(v))
}

type previewInput struct {
	Query string     `json:"q"`
	Kind  index.Kind `json:"kind" required:"true"`
	ID    action.ID  `json:"id" required:"true"`
}

func (p pages) preview(c echo.Context, who account.User, in previewInput) error {
	req := Request{Viewer: who.ID, Text: cut(in.Query, maxQuery), Kinds: []index.Kind{in.Kind}}
	r, text, err := p.searches.Preview(c.Request().Context(), req, in.Kind, int64(in.ID))
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
	Query string    `json:"q"` // with Kinds: the search that the page shows
	Kinds kindList  `json:"kinds"`
}

func (p pages) forget(c echo.Context, who account.User, in forgetForm) error {
	if err := p.searches.Forget(c.Request().Context(), who.ID, int64(in.ID)); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, pathOf(in.Query, in.Kinds, 0))
}

func (v searchView) title() string {
	if v.blank() {
		return "Search"
	}
	return v.query + " · Search"
}

func (v searchView) blank() bool { return parse(v.query).blank() }

// all reports whether the search is for every kind.
func (v searchView) all() bool { return len(v.kinds) == 0 }

func (v searchView) only(k index.Kind) bool { return slices.Equal(v.kinds, []index.Kind{k}) }

func (v searchView) total() int { return Page{Counts: v.counts}.Total(v.kinds...) }

// otherKinds returns the number of results of the other kinds.
func (v searchView) otherKinds() int { return Page{Counts: v.counts}.Total() - v.total() }

// more reports whether there are results after the last one that is shown.
func (v searchView) more() bool { return v.end < v.total() && v.end < maxOffset }

// summary returns the text of the status line.
func (v searchView) summary() string {
	if v.blank() {
		return ""
	}
	return resultCount(v.total())
}

func resultCount(n int) string {
	if n == 1 {
		return "1 result"
	}
	return strconv.Itoa(n) + " results"
}

// pathOf returns the URL of a search.
func pathOf(query string, kinds []index.Kind, offset int) string {
	values := url.Values{}
	if query != "" {
		values.Set("q", query)
	}
	if len(kinds) > 0 {
		values.Set("kinds", commaSeparated(kinds))
	}
	if offset > 0 {
		values.Set("offset", strconv.Itoa(offset))
	}
	if len(values) == 0 {
		return "/search"
	}
	return "/search?" + values.Encode()
}
