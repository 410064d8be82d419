package notify

import (
	"encoding/json"
	"time"

	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/internal/live/hub"
)

// Actions registers the notification routes under /api. All are about the caller's
// own notifications: those of other users do not exist for the caller.
func Actions(api *echo.Group, s *Service) {
	a := actions{s}
	api.GET("/notifications", account.Action(a.list))
	api.GET("/notifications/subscribe", account.LiveAction(a.subscribe))
	api.POST("/notifications/read-all", account.Action(a.readAll))
	api.GET("/notifications/preferences", account.Action(a.preferences))
	api.PUT("/notifications/preferences", account.Action(a.setPreferences))
	api.GET("/notifications/:id/why", account.Action(a.why))
	api.POST("/notifications/:id/read", account.Action(a.read))
	api.POST("/notifications/:id/snooze", account.Action(a.snooze))
	api.DELETE("/notifications/:id", account.Action(a.delete))
}

type actions struct{ notices *Service }

type nothing struct{}

func (a actions) subscribe(c echo.Context, conn *hub.Conn, _ account.User, _ nothing) error {
	unread, err := a.notices.Subscribe(c.Request().Context(), conn)
	return action.Answer(c, Count{unread}, err)
}

type listInput struct {
	Before  action.Cursor `json:"before"` // an id
	After   action.Cursor `json:"after"`  // an id
	Unread  action.Bool   `json:"unread"`
	Snoozed action.Bool   `json:"snoozed"`
	Limit   action.Limit  `json:"limit"`
}

func (a actions) list(c echo.Context, who account.User, in listInput) error {
	notices, err := a.notices.List(c.Request().Context(), who.ID, Filter{
		Before: int64(in.Before), After: int64(in.After), Unread: bool(in.Unread), Snoozed: bool(in.Snoozed),
		Limit: in.Limit.Within(pageSize, maxPage),
	})
	return action.Answer(c, notices, err)
}

type noticeInput struct {
	ID action.ID `json:"id"`
}

func (a actions) read(c echo.Context, who account.User, in noticeInput) error {
	n, err := a.notices.Read(c.Request().Context(), who.ID, int64(in.ID))
	return action.Answer(c, n, err)
}

func (a actions) readAll(c echo.Context, who account.User, _ nothing) error {
	unread, err := a.notices.ReadAll(c.Request().Context(), who.ID)
	return action.Answer(c, Count{unread}, err)
}

type snoozeInput struct {
	ID    action.ID    `json:"id"`
	Until *action.Time `json:"until"` // null: unsnooze
}

func (a actions) snooze(c echo.Context, who account.User, in snoozeInput) error {
	n, err := a.notices.Snooze(c.Request().Context(), who.ID, int64(in.ID), (*time.Time)(in.Until))
	return action.Answer(c, n, err)
}

func (a actions) delete(c echo.Context, who account.User, in noticeInput) error {
	return action.NoContent(c, a.notices.Delete(c.Request().Context(), who.ID, int64(in.ID)))
}

func (a actions) why(c echo.Context, who account.User, in noticeInput) error {
	why, err := a.notices.Why(c.Request().Context(), who.ID, int64(in.ID))
	return action.Answer(c, why, err)
}

func (a actions) preferences(c echo.Context, who account.User, _ nothing) error {
	p, err := a.notices.Preferences(c.Request().Context(), who.ID)
	return action.Answer(c, p, err)
}

type preferencesInput struct {
	Types      json.RawMessage `json:"types"`
	QuietHours json.RawMessage `json:"quietHours"`
}

func (a actions) setPreferences(c echo.Context, who account.User, in preferencesInput) error {
	p, err := ParsePreferences(in.Types, in.QuietHours)
	if err != nil {
		return err
	}
	p, err = a.notices.SetPreferences(c.Request().Context(), who.ID, p)
	return action.Answer(c, p, err)
}
