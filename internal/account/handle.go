package account

import (
	"github.com/labstack/echo/v4"

	"hubbub/internal/action"
	"hubbub/internal/hub"
)

// Action makes a handler of what somebody signed in may ask for, by HTTP or
// over the socket: it says who is calling, 401 for nobody, and reads what they
// sent (action.Bind).
func Action[In any](do func(c echo.Context, who User, in In) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		caller, err := SignedIn(c.Request().Context())
		if err != nil {
			return err
		}
		var in In
		if err := action.Bind(c, &in); err != nil {
			return err
		}
		return do(c, caller.User, in)
	}
}

// LiveAction is Action for what needs a live connection: without one it is
// refused with 400 "WebSocket required", before anything else is looked at.
func LiveAction[In any](do func(c echo.Context, conn *hub.Conn, who User, in In) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		conn, err := action.Live(c)
		if err != nil {
			return err
		}
		return Action(func(c echo.Context, who User, in In) error { return do(c, conn, who, in) })(c)
	}
}
