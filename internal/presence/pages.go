package presence

import (
	"context"
	"net/http"
	"strconv"
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

// Pages registers the presence pages: a user's page and card, and the form for the
// caller's own status. It does what POST /api/presence/status does, without
// JavaScript.
func Pages(g *echo.Group, s *Service, shell Shell) {
	p := pages{s, shell}
	g.GET("/people/:id", account.PageAction(p.person))
	g.GET("/people/:id/card", account.PageAction(p.card))
	g.GET("/people/me/status", account.PageAction(p.myStatus))
	g.POST("/people/me/status", account.PageAction(p.setStatus))
}

type pages struct {
	presences *Service
	shell     Shell
}

// card is what a viewer is shown of a user.
type card struct {
	Explanation
	user    account.Profile
	self    bool // the viewer is the user
	ownPage bool // it is a page of its own
}

type personInput struct {
	ID action.ID `json:"id"`
}

func (p pages) readCard(ctx context.Context, viewer account.User, id int64) (card, error) {
	known, err := p.presences.people.Profiles(ctx, []int64{id})
	if err != nil {
		return card{}, err
	}
	user, ok := known[id]
	if !ok {
		return card{}, fault.NotFound()
	}
	why, err := p.presences.Explain(ctx, viewer, id)
	return card{Explanation: why, user: user, self: viewer.ID == id}, err
}

func (p pages) card(c echo.Context, who account.User, in personInput) error {
	shown, err := p.readCard(c.Request().Context(), who, int64(in.ID))
	if err != nil {
		return err
	}
	return action.Page(c, http.StatusOK, Card(shown))
}

func (p pages) person(c echo.Context, who account.User, in personInput) error {
	shown, err := p.readCard(c.Request().Context(), who, int64(in.ID))
	if err != nil {
		return err
	}
	shown.ownPage = true
	page, err := p.shell.Page(c, shown.user.FullName)
	if err != nil {
		return err
	}
	return action.Page(c, http.StatusOK, page.Framed(PersonPage(shown)))
}

// Form returns the form for the user's own status, for the account menu of every
// page, and the presence that the user's own avatar shows.
func (s *Service) Form(ctx context.Context, userID int64) (templ.Component, web.Presence, error) {
	chosen, is, err := s.Mine(ctx, userID)
	if err != nil {
		return nil, "", err
	}
	if !is.IsOnline() { // the page that is rendered now has not connected yet
		is.Status = chosen.Status
	}
	return StatusForm(chosen, s.timing), web.Presence(is.Status), nil
}

func (p pages) myStatus(c echo.Context, who account.User, _ nothing) error {
	form, _, err := p.presences.Form(c.Request().Context(), who.ID)
	if err != nil {
		return err
	}
	return action.Page(c, http.StatusOK, form)
}

type statusForm struct {
	Status Status      `json:"status"`
	Text   string      `json:"text"`
	Clear  action.Bool `json:"clear"`
}

func (p pages) setStatus(c echo.Context, who account.User, in statusForm) error {
	if in.Clear {
		in.Text = ""
	}
	_, err := p.presences.Set(c.Request().Context(), nil, who.ID, Change{Status: &in.Status, Text: &in.Text})
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/people/"+decimal(who.ID))
}

func (c card) avatar() web.AvatarProps {
	return web.AvatarProps{Name: c.user.FullName, Hue: c.user.Hue, Size: web.AvatarHuge, Person: c.user.ID, Presence: web.Presence(c.Presence.Status)}
}

func (c card) standingProps() web.StandingProps {
	seen := later(c.Presence.LastSeenAt, (*time.Time)(c.user.LastSeenAt))
	return web.StandingProps{Person: c.user.ID, Presence: web.Presence(c.Presence.Status), Text: c.Presence.Text, LastSeen: seen}
}

// reason returns the first line of the section "why".
func (c card) reason() string {
	switch {
	case c.Chosen == Invisible && len(c.Leases) > 0:
		return "Invisible: others see “offline”."
	case c.OfflineIn != nil:
		return "The last tab was closed."
	case len(c.Leases) == 0:
		return "No open connections."
	case c.Presence.Status == Away && c.Chosen == Online:
		return "Not active in any tab."
	}
	return "Connected and active."
}

func (l Lease) heartbeat() string {
	return strconv.Itoa(int(l.HeartbeatAge.Seconds())) + " s ago"
}

func activity(idle bool) string {
	if idle {
		return "idle"
	}
	return "active"
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
