package notify

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/internal/base/fault"
	"hubbub/web"
)

// typeLabels are the names of the types on pages.
var typeLabels = map[Type]string{
	Mention: "Mentions", Direct: "Direct messages", Reply: "Replies", Reaction: "Reactions to your messages",
	Invite: "Room invitations", Comment: "Comments on documents", Search: "Saved searches", Order: "New orders",
}

// preferencesView is the form of the preferences.
type preferencesView struct {
	Preferences
	quiet    QuietHours // in the form; suggested hours if there are none
	now      time.Time
	saved    bool
	problems map[string]string // by field
}

// PreferencesForm returns the section of the settings for notifications. If saved is
// true, it confirms that the form was stored.
func (s *Service) PreferencesForm(ctx context.Context, userID int64, saved bool) (templ.Component, error) {
	p, err := s.Preferences(ctx, userID)
	return preferencesSection(s.view(ctx, p, saved)), err
}

func (s *Service) view(ctx context.Context, p Preferences, saved bool) preferencesView {
	v := preferencesView{Preferences: p, now: s.now(), saved: saved}
	v.quiet = QuietHours{From: "22:00", To: "07:00", TimeZone: web.Zone(ctx).String()}
	if p.QuietHours != nil {
		v.quiet = *p.QuietHours
	}
	return v
}

func (p pages) preferences(c echo.Context, who account.User, _ nothing) error {
	return c.Redirect(http.StatusSeeOther, "/settings#notification-preferences")
}

// preferencesForm has the types that are on, comma-separated, and the quiet hours.
type preferencesForm struct {
	InApp    string      `json:"inApp"`
	Push     string      `json:"push"`
	Quiet    action.Bool `json:"quiet"`
	From     string      `json:"from"`
	To       string      `json:"to"`
	TimeZone string      `json:"timeZone"`
}

func (f preferencesForm) preferences() Preferences {
	p := Preferences{Types: map[Type]Channels{}}
	inApp, push := strings.Split(f.InApp, ","), strings.Split(f.Push, ",")
	for _, t := range Types {
		p.Types[t] = Channels{InApp: slices.Contains(inApp, string(t)), Push: slices.Contains(push, string(t))}
	}
	if f.Quiet {
		p.QuietHours = &QuietHours{From: f.From, To: f.To, TimeZone: strings.TrimSpace(f.TimeZone)}
	}
	return p
}

func (p pages) choose(c echo.Context, who account.User, in preferencesForm) error {
	ctx, wanted := c.Request().Context(), in.preferences()
	_, err := p.notices.SetPreferences(ctx, who.ID, wanted)
	if f := fault.Of(err); err != nil && f.Status == http.StatusUnprocessableEntity {
		v := p.notices.view(ctx, wanted, false)
		v.problems = f.Errors
		return p.showErrors(c, v)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/settings?told=saved#notification-preferences")
}

// showErrors responds with the form alone, as it was sent, with its errors.
func (p pages) showErrors(c echo.Context, v preferencesView) error {
	page, err := p.shell.Page(c, "Notifications")
	if err != nil {
		return err
	}
	return action.Page(c, http.StatusUnprocessableEntity, page.Framed(PreferencesPage(v)))
}

// nextChange reports whether it is quiet now, and returns when that changes.
func (v preferencesView) nextChange() (quiet bool, at time.Time) {
	quiet, ends := v.QuietHours.at(v.now)
	if quiet {
		return true, ends
	}
	return false, v.QuietHours.nextBegin(v.now)
}

// nextBegin returns when the quiet hours begin next.
func (q QuietHours) nextBegin(now time.Time) time.Time {
	zone, err := q.zone()
	if err != nil {
		return now
	}
	local := now.In(zone)
	minute, _ := minuteOf(q.From)
	at := time.Date(local.Year(), local.Month(), local.Day(), 0, minute, 0, 0, zone)
	if at.Before(local) {
		at = time.Date(local.Year(), local.Month(), local.Day()+1, 0, minute, 0, 0, zone)
	}
	return at
}
