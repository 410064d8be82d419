package app

import (
	"context"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/internal/dashboard"
	"hubbub/web"
)

// nav returns the links to the pages that the user may open, in the order of the
// sidebar.
func nav(user account.User) []web.NavLink {
	links := []web.NavLink{
		{Href: "/dashboard", Label: "Dashboard", Icon: "layout-dashboard", About: "Orders and revenue, live"},
		{Href: "/documents", Label: "Documents", Icon: "file-text", About: "Write together in real time"},
		{Href: "/rooms", Label: "Rooms", Icon: "hash", About: "Chat with everyone or a few people"},
		{Href: "/people", Label: "People", Icon: "users", About: "See who’s online and message them"},
		{Href: "/products", Label: "Products", Icon: "receipt", About: "Everything customers can order"},
		{Href: "/search", Label: "Search", Icon: "search", About: "Find anything, and follow new results"},
		{Href: "/playground", Label: "Playground", Icon: "gamepad-2", About: "A shared counter and a hello"},
	}
	if user.Role == account.Admin {
		links = append(links, web.NavLink{Href: "/system", Label: "System", Icon: "activity", About: "How Hubbub is running, live"})
	}
	return links
}

// home shows the start page, which needs no sign-in.
func (a *App) home(c echo.Context) error {
	p, err := a.Page(c, "")
	if err != nil {
		return err
	}
	start := web.Start{Demo: a.config.Demo, Showcase: account.Showcase()}
	if start.Counter, err = a.counter(c.Request().Context(), "/"); err != nil {
		return err
	}
	p.Live = true
	p.Scripts = append(p.Scripts, "dashboard/counter.js")
	return action.Page(c, http.StatusOK, web.StartPage(p, start))
}

// counter renders the dashboard's counter for a page outside the dashboard. Its
// form without JavaScript leads back to the path back.
func (a *App) counter(ctx context.Context, back string) (templ.Component, error) {
	v, err := a.dashboard.Counter(ctx)
	return dashboard.CounterCard(v.Count, back), err
}
