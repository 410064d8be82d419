package notify

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/action"
	"hubbub/internal/fault"
	"hubbub/web"
)

// Shell draws what is around a page: it knows who looks and what the other
// features put into the sidebar.
type Shell interface {
	Page(c echo.Context, title string) (web.Page, error)
}

// Pages registers notify's pages. Their forms do what the actions do, without
// JavaScript; with it the page stays, and the events change it.
func Pages(g *echo.Group, s *Service, shell Shell) {
	p := pages{s, shell}
	g.GET("/notifications", account.PageAction(p.browse))
	g.GET("/notifications/list", account.PageAction(p.list))
	g.POST("/notifications/read-all", account.PageAction(p.readAll))
	g.GET("/notifications/preferences", account.PageAction(p.preferences))
	g.POST("/notifications/preferences", account.PageAction(p.choose))
	g.GET("/notifications/:id", account.PageAction(p.open))
	g.POST("/notifications/:id", account.PageAction(p.change))
	g.GET("/notifications/:id/why", account.PageAction(p.why))
	g.GET("/notifications/:id/why/panel", account.PageAction(p.panel))
}

type pages struct {
	notices *Service
	shell   Shell
}

// Show is which notifications a page lists.
type Show string

// The lists. Any other word shows all that are awake.
const (
	ShowAll     Show = "all"
	ShowUnread  Show = "unread"
	ShowSnoozed Show = "snoozed"
)

// listing is a part of somebody's notifications.
type listing struct {
	show    Show
	before  int64 // an id; 0: the newest
	size    int
	notices []Notice
	more    bool // there are older ones
}

// Button is the bell for every page's top bar, with the newest behind it.
func (s *Service) Button(ctx context.Context, userID int64) (templ.Component, error) {
	b, err := s.Bell(ctx, userID)
	return bell(b), err
}

type showInput struct {
	Show   Show          `json:"show"`
	Before action.Cursor `json:"before"`
	Limit  action.Limit  `json:"limit"`
}

func (p pages) read(ctx context.Context, userID int64, in showInput) (listing, error) {
	l := listing{show: ShowAll, before: int64(in.Before), size: in.Limit.Within(pageSize, maxPage)}
	if in.Show == ShowUnread || in.Show == ShowSnoozed {
		l.show = in.Show
	}
	notices, err := p.notices.List(ctx, userID, Filter{
		Before: l.before, Unread: l.show == ShowUnread, Snoozed: l.show == ShowSnoozed, Limit: l.size + 1,
	})
	l.notices, l.more = notices[:min(len(notices), l.size)], len(notices) > l.size
	return l, err
}

// browse lists them on a page of its own, so the bell has nothing behind it there.
func (p pages) browse(c echo.Context, who account.User, in showInput) error {
	ctx := c.Request().Context()
	l, err := p.read(ctx, who.ID, in)
	if err != nil {
		return err
	}
	page, err := p.shell.Page(c, "Notifications")
	if err != nil {
		return err
	}
	ring, err := p.notices.Bell(ctx, who.ID)
	if err != nil {
		return err
	}
	page.Bell = bellLink(ring)
	return action.Page(c, http.StatusOK, page.Framed(Page(l, ring.Unread)))
}

// list is the part of a page that is drawn anew after it was away.
func (p pages) list(c echo.Context, who account.User, in showInput) error {
	l, err := p.read(c.Request().Context(), who.ID, in)
	if err != nil {
		return err
	}
	return action.Page(c, http.StatusOK, List(l))
}

type oneInput struct {
	ID action.ID `json:"id"`
}

// open leads to what the notification tells of, and so marks it as read: a link
// does that in every tab and without script.
func (p pages) open(c echo.Context, who account.User, in oneInput) error {
	n, err := p.notices.Read(c.Request().Context(), who.ID, int64(in.ID))
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, n.URL)
}

type changeForm struct {
	ID action.ID `json:"id"`
	Do string    `json:"do" required:"true"`
}

func (p pages) change(c echo.Context, who account.User, in changeForm) error {
	ctx, id := c.Request().Context(), int64(in.ID)
	var err error
	switch until, snoozes := nap(in.Do, p.notices.now().In(web.Zone(ctx))); {
	case snoozes:
		_, err = p.notices.Snooze(ctx, who.ID, id, &until)
	case in.Do == "wake":
		_, err = p.notices.Snooze(ctx, who.ID, id, nil)
	case in.Do == "read":
		_, err = p.notices.Read(ctx, who.ID, id)
	case in.Do == "delete":
		err = p.notices.Delete(ctx, who.ID, id)
	default:
		err = fault.Invalid("do", "must be read, delete, wake, hour, tomorrow or week")
	}
	return back(c, err)
}

const morning = 9 // o'clock, when a day's naps end

// nap is when somebody who snoozes now wants to hear again, in their zone.
func nap(how string, now time.Time) (until time.Time, known bool) {
	day := func(ahead int) time.Time {
		return time.Date(now.Year(), now.Month(), now.Day()+ahead, morning, 0, 0, 0, now.Location())
	}
	switch how {
	case "hour":
		return now.Add(time.Hour), true
	case "tomorrow":
		return day(1), true
	case "week":
		return day(7 - (int(now.Weekday())+6)%7), true // on Monday
	}
	return time.Time{}, false
}

func (p pages) readAll(c echo.Context, who account.User, _ nothing) error {
	_, err := p.notices.ReadAll(c.Request().Context(), who.ID)
	return back(c, err)
}

// back leads to the list that the form was in; from elsewhere, to all.
func back(c echo.Context, err error) error {
	if err != nil {
		return err
	}
	if from, err := url.Parse(c.Request().Referer()); err == nil && from.Path == "/notifications" {
		return c.Redirect(http.StatusSeeOther, from.RequestURI())
	}
	return c.Redirect(http.StatusSeeOther, "/notifications")
}

// explained is a notification and why it came.
type explained struct {
	Notice
	why Why
}

func (p pages) explain(ctx context.Context, userID, id int64) (e explained, err error) {
	if e.Notice, err = p.notices.Notice(ctx, userID, id); err != nil {
		return e, err
	}
	e.why, err = p.notices.Why(ctx, userID, id)
	return e, err
}

func (p pages) why(c echo.Context, who account.User, in oneInput) error {
	e, err := p.explain(c.Request().Context(), who.ID, int64(in.ID))
	if err != nil {
		return err
	}
	page, err := p.shell.Page(c, "Why this notification")
	if err != nil {
		return err
	}
	return action.Page(c, http.StatusOK, page.Framed(WhyPage(e)))
}

func (p pages) panel(c echo.Context, who account.User, in oneInput) error {
	e, err := p.explain(c.Request().Context(), who.ID, int64(in.ID))
	if err != nil {
		return err
	}
	return action.Page(c, http.StatusOK, WhyPanel(e))
}
