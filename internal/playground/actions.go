package playground

import (
	"github.com/labstack/echo/v4"

	"hubbub/internal/base/action"
	"hubbub/internal/live/hub"
)

// Actions registers the only route, which the guide to realtime concepts has outside /api.
func Actions(site *echo.Group, h *hub.Hub) {
	site.GET("/say/hello", actions{h}.hello)
}

type actions struct{ hub *hub.Hub }

func (a actions) hello(c echo.Context) error {
	conn, err := hub.RequireConn(c.Request().Context())
	if err != nil {
		return err
	}
	if _, err := a.hub.Join(conn, Room, nil); err != nil {
		return err
	}
	hello := Hello{ID: conn.ID()}
	a.hub.Broadcast(c.Request().Context(), hub.Event{Name: eventHello, Class: hub.Volatile, Data: hello}, hub.To(Room))
	return action.Answer(c, hello, nil)
}
