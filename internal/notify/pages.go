package notify

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/internal/base/fault"
	"hubbub/web"
)

// Shell renders what is around a page: it knows the viewer and what the other
// features put into the sidebar.
type Shell interface {
	Page(c echo.Context, title string) (web.Page, error)
}

// Pages registers the notification pages. Their forms do what the actions do, without
// JavaScript. With JavaScript the page is not loaded again: events change it.
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

// Show selects the notifications that a page lists.
type Show string

// The lists. Any other value is ShowAll: all that are not snoozed.
const (
	ShowAll     Show = "all"
	ShowUnread  Show = "unread"
	ShowSnoozed Show = "snoozed"
)

// listing is one page of a user's notifications.
type listing struct {
	show    Show
	before  int64 // an id; 0: the newest
	size    int
	notices []Notice
	more    bool // there are older ones
}

// Button returns the bell for every page's top bar, with the newest notifications in
// its popover.
func (s *Service) Button(ctx context.Context, userID int64) (templ.Component, error) {
	b, err := s.Bell(ctx, userID)
	return bell(b), err
}

type showInput struct {
	Show   Show          `json:"show"`
	Before action.Cursor `json:"before"`
	Limit  action.Limit  `json:"limit"`
}

func (p pages) readListing(ctx context.Context, userID int64, in showInput) (listing, error) {
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

// browse is the page of all notifications. Its bell is a link, without a popover.
func (p pages) browse(c echo.Context, who account.User, in showInput) error {
	ctx := c.Request().Context()
	l, err := p.readListing(ctx, who.ID, in)
	if err != nil {
		return err
	}
	page, err := p.shell.Page(c, "Notifications")
	if err != nil {
		return err
	}
	b, err := p.notices.Bell(ctx, who.ID)
	if err != nil {
		return err
	}
	page.Bell = bellLink(b)
	return action.Page(c, http.StatusOK, page.Framed(Page(l, b.Unread)))
}

// list returns the list alone, which a page fetches after a reconnect.
func (p pages) list(c echo.Context, who account.User, in showInput) error {
	l, err := p.readListing(c.Request().Context(), who.ID, in)
	if err != nil {
		return err
	}
	return action.Page(c, http.StatusOK, List(l))
}

type oneInput struct {
	ID action.ID `json:"id"`
}

// open marks the notification as read and redirects to its URL, so that a plain link
// does both, in a new tab and without JavaScript.
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
	switch until, isSnooze := snoozeUntil(in.Do, p.notices.now().In(web.Zone(ctx))); {
	case isSnooze:
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
	return redirectBack(c, err)
}

const morningHour = 9 // o'clock, when a snooze until another day ends

// snoozeUntil returns when a snooze that begins now ends, in the time zone of now. It
// returns false if how is not the name of a snooze.
func snoozeUntil(how string, now time.Time) (until time.Time, ok bool) {
	day := func(ahead int) time.Time {
		return time.Date(now.Year(), now.Month(), now.Day()+ahead, morningHour, 0, 0, 0, now.Location())
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
	return redirectBack(c, err)
}

// redirectBack redirects to the list that the form was in, or from another page to
// the list of all.
func redirectBack(c echo.Context, err error) error {
	if err != nil {
		return err
	}
	if from, err := url.Parse(c.Request().Referer()); err == nil && from.Path == "/notifications" {
		return c.Redirect(http.StatusSeeOther, from.RequestURI())
	}
	return c.Redirect(http.StatusSeeOther, "/notifications")
}

// explainedNotice is a notification with its Why.
type explainedNotice struct {
	Notice
	why Why
}

func (p pages) explain(ctx context.Context, userID, id int64) (e explainedNotice, err error) {
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
	page, err := p.shell.Page(c, "Why you got this notification")
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
