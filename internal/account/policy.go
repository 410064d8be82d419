package account

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"hubbub/internal/base/action"
	"hubbub/internal/base/fault"
	"hubbub/internal/live/hub"
)

// Action makes a handler for signed-in users; others get a 401. It reads the input as
// action.Bind does.
func Action[In any](do func(c echo.Context, who User, in In) error) echo.HandlerFunc {
	return callerAction(func(c echo.Context, who Caller, in In) error { return do(c, who.User, in) })
}

// callerAction is an Action that needs to know the caller's session or token.
func callerAction[In any](do func(c echo.Context, who Caller, in In) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		who, err := SignedIn(c.Request().Context())
		if err != nil {
			return err
		}
		var in In
		if err := action.Bind(c, &in); err != nil {
			return err
		}
		return do(c, who, in)
	}
}

// LiveAction is an Action that needs a live connection. Without one it is a 400, checked
// before the 401.
func LiveAction[In any](do func(c echo.Context, conn *hub.Conn, who User, in In) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		conn, err := hub.RequireConn(c.Request().Context())
		if err != nil {
			return err
		}
		return Action(func(c echo.Context, who User, in In) error { return do(c, conn, who, in) })(c)
	}
}

// SignInFirst redirects guests to the sign-in page, and back afterwards. It is for pages;
// actions answer 401.
func SignInFirst(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if _, ok := CallerFrom(r.Context()); ok {
			return next(c)
		}
		if r.Method != http.MethodGet {
			return c.Redirect(http.StatusSeeOther, "/signin")
		}
		return c.Redirect(http.StatusSeeOther, "/signin?next="+url.QueryEscape(r.URL.RequestURI()))
	}
}

// PageAction is an Action that answers with a page: guests are redirected to the sign-in page.
func PageAction[In any](do func(c echo.Context, who User, in In) error) echo.HandlerFunc {
	return SignInFirst(Action(do))
}

// byHTTP rejects an action over the socket, whose caller was fixed by its handshake.
func byHTTP(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if hub.ConnFromContext(c.Request().Context()) != nil {
			return fault.Malformed("Sign up, in and out by HTTP. The socket stays who it was at its handshake.")
		}
		return next(c)
	}
}
