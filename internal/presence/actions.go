package presence

import (
	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/internal/live/hub"
)

// Actions registers the presence routes under /api.
func Actions(api *echo.Group, s *Service) {
	a := actions{s}
	api.GET("/presence", account.Action(a.presence))
	api.GET("/presence/subscribe", account.LiveAction(a.subscribe))
	api.POST("/presence/status", account.Action(a.status))
}

type actions struct{ presences *Service }

type nothing struct{}

func (a actions) subscribe(c echo.Context, conn *hub.Conn, _ account.User, _ nothing) error {
	here, err := a.presences.Subscribe(c.Request().Context(), conn)
	return action.Answer(c, here, err)
}

type presenceInput struct {
	IDs action.IDs `json:"ids" required:"true"`
}

func (a actions) presence(c echo.Context, who account.User, in presenceInput) error {
	seen, err := a.presences.Of(c.Request().Context(), who.ID, in.IDs)
	states := make(map[int64]State, len(seen))
	for id, p := range seen {
		states[id] = p.state()
	}
	return action.Answer(c, states, err)
}

type statusInput struct {
	Status *Status      `json:"status"`
	Text   *string      `json:"text"`
	Idle   *action.Bool `json:"idle"`
}

type statusAnswer struct {
	account.Profile
	Status Status `json:"status"`
	Text   string `json:"text"`
}

func (a actions) status(c echo.Context, who account.User, in statusInput) error {
	ctx := c.Request().Context()
	p, err := a.presences.Set(ctx, hub.ConnFromContext(c.Request().Context()), who.ID, Change{Status: in.Status, Text: in.Text, Idle: (*bool)(in.Idle)})
	if err != nil {
		return err
	}
	me, err := a.presences.people.Profiles(ctx, []int64{who.ID})
	return action.Answer(c, statusAnswer{me[who.ID], p.Status, p.Text}, err)
}
