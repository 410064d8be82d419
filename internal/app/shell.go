package app

import (
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/internal/base/fault"
	"hubbub/internal/chat"
	"hubbub/internal/dashboard"
	"hubbub/internal/notify"
	"hubbub/web"
)

// Page returns the data that the frame around every page needs: the viewer, the
// navigation, and what the features contribute to the sidebar.
func (a *App) Page(c echo.Context, title string) (web.Page, error) {
	p := a.bare(c, title)
	caller, ok := account.CallerFrom(c.Request().Context())
	if !ok {
		return p, nil
	}
	p.Viewer = viewer(caller.User)
	p.Nav = nav(caller.User)
	p.Actions = []web.PaletteAction{{Action: "/documents", Label: "New document", Icon: "file-text"}}
	sidebar, err := a.chat.Sidebar(c.Request().Context(), caller.User, currentRoom(c))
	if err != nil {
		return p, err
	}
	if p.Me, p.Viewer.Presence, err = a.presence.Form(c.Request().Context(), caller.ID); err != nil {
		return p, err
	}
	if p.Bell, err = a.notify.Button(c.Request().Context(), caller.ID); err != nil {
		return p, err
	}
	p.Scripts = []string{"shell/index.js"} // keeps the sidebar, the bell and the marks of presence live
	p.Sidebar = []templ.Component{sidebar}
	return p, nil
}

// Settings returns the forms that the features add to the settings page.
func (a *App) Settings(c echo.Context) ([]templ.Component, error) {
	user, err := account.SignedIn(c.Request().Context())
	if err != nil {
		return nil, err
	}
	preferences, err := a.notify.PreferencesForm(c.Request().Context(), user.ID, c.QueryParam("told") == "saved")
	if err != nil {
		return nil, err
	}
	pushes, err := a.push.PushForm(c.Request().Context(), user.ID, c.QueryParam("pushed"))
	return []templ.Component{preferences, pushes}, err
}

// currentRoom returns the id of the room whose page is requested, or 0 on other pages.
func currentRoom(c echo.Context) int64 {
	if !strings.HasPrefix(c.Path(), "/rooms/") {
		return 0
	}
	id, _ := strconv.ParseInt(c.Param("id"), 10, 64)
	return id
}

func (a *App) bare(c echo.Context, title string) web.Page {
	return web.Page{
		Title: title, Path: c.Request().URL.Path, Theme: theme(c),
		Zone: web.Zone(c.Request().Context()), SecondPerson: secondPerson(c.Request()),
	}
}

// secondPerson returns the sign-in page under this machine's other name, localhost or
// 127.0.0.1, or "" under any other name. The names have different cookies, so two
// users can be signed in in one browser.
func secondPerson(r *http.Request) string {
	host, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		return ""
	}
	switch host {
	case "localhost":
		host = "127.0.0.1"
	case "127.0.0.1":
		host = "localhost"
	default:
		return ""
	}
	return "http://" + net.JoinHostPort(host, port) + "/signin"
}

func viewer(u account.User) *web.Viewer {
	return &web.Viewer{ID: u.ID, FullName: u.FullName, Handle: u.Handle, Email: u.Email, Role: string(u.Role), Hue: u.Hue}
}

func theme(c echo.Context) string {
	cookie, err := c.Cookie("theme")
	if err != nil || cookie.Value != "light" && cookie.Value != "dark" {
		return ""
	}
	return cookie.Value
}

// errorPage renders an error. For a status of 500 and above it uses nothing that needs
// the database, which may be the reason of the error.
func (a *App) errorPage(c echo.Context, f *fault.Fault) templ.Component {
	reference := ""
	if f.Status >= http.StatusInternalServerError {
		reference = requestID(c.Request().Context())
	}
	if f.Status < http.StatusInternalServerError {
		if p, err := a.Page(c, f.Title()); err == nil {
			return web.ErrorPage(p, f, reference)
		}
	}
	return web.ErrorPage(a.bare(c, f.Title()), f, reference)
}

// components shows the style guide, made of the components themselves.
func (a *App) components(c echo.Context) error {
	p, err := a.Page(c, "Components")
	if err != nil {
		return err
	}
	return action.Page(c, http.StatusOK, web.ComponentsPage(p, slices.Concat(chat.Samples(), notify.Samples(), dashboard.Samples())...))
}
