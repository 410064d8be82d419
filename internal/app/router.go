package app

import (
	"context"
	"errors"
	"net/http"
	"net/http/pprof"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/internal/base/postgres"
	"hubbub/internal/chat"
	"hubbub/internal/collab"
	"hubbub/internal/dashboard"
	"hubbub/internal/notify"
	"hubbub/internal/playground"
	"hubbub/internal/presence"
	"hubbub/internal/search"
	"hubbub/web"
)

// newRouter makes the router of all requests: those by HTTP, and the virtual
// requests that the socket makes of frames.
func (a *App) newRouter() *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = a.config.clientAddress()
	e.HTTPErrorHandler = action.ErrorHandler(a.config.Log, a.errorPage)
	e.Use(identifyRequest, a.logRequests, a.recoverPanics(), a.secure, a.limitBodyTime)
	limits := newRateLimits(a.config.RequestRate)

	files := staticFiles(web.Handler()) // bundles the scripts, so that no visitor waits for that

	// These need no caller.
	e.GET("/healthz", echo.WrapHandler(health(a.alive)))
	e.GET("/readyz", echo.WrapHandler(health(a.ready)), limitProbes(limits))
	for _, path := range []string{"/assets/*", "/js/socket.js", "/sw.js", "/icon-192.png", "/badge-96.png", "/favicon.ico"} {
		e.GET(path, files)
	}

	site := e.Group("", neverStore, a.refuseCrossSite(), a.limitAddresses(limits), a.account.Middleware(), a.limitCallers(limits), readZone)
	site.GET("/socket", a.connect)
	api := site.Group("/api", a.allowOrigins())
	account.Actions(api, a.account)
	chat.Actions(api, a.chat)
	presence.Actions(api, a.presence)
	dashboard.Actions(api, a.dashboard)
	playground.Actions(site, a.hub)
	notify.Actions(api, a.notify)
	notify.PushActions(api, a.push)
	search.Actions(api, a.search)
	collab.Actions(api, a.collab)
	api.GET("/documents/:id/yjs", account.Action(a.connectStock))
	a.pages(site.Group("", middleware.GzipWithConfig(middleware.GzipConfig{MinLength: 1024})))
	site.RouteNotFound("/*", notFound)
	api.RouteNotFound("/*", notFound)
	return e
}

// staticFiles serves static files. An unknown file gets the 404 of the pages.
func staticFiles(files *http.ServeMux) echo.HandlerFunc {
	return func(c echo.Context) error {
		if _, pattern := files.Handler(c.Request()); pattern == "" {
			return echo.ErrNotFound
		}
		files.ServeHTTP(c.Response(), c.Request())
		return nil
	}
}

// notFound returns 404 for an unknown path, and 405 for a path that allows other
// methods. Echo cannot distinguish them here: each group has a catch-all route, so
// that its middleware runs for unknown paths, too.
func notFound(c echo.Context) error {
	var allowed []string
	probe := c.Echo().NewContext(nil, nil)
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		c.Echo().Router().Find(method, echo.GetPath(c.Request()), probe)
		if path := probe.Path(); path != "/*" && path != "/api/*" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		return echo.ErrNotFound
	}
	c.Response().Header().Set(echo.HeaderAllow, strings.Join(allowed, ", "))
	return echo.ErrMethodNotAllowed
}

func (a *App) pages(g *echo.Group) {
	g.GET("/", a.home)
	g.GET("/components", a.components)
	account.Pages(g, a.account, a)
	chat.Pages(g, a.chat, a)
	presence.Pages(g, a.presence, a)
	notify.Pages(g, a.notify, a)
	notify.PushPages(g, a.push)
	dashboard.Pages(g, a.dashboard, a)
	playground.Pages(g, a, a.counter)
	search.Pages(g, a.search, a)
	collab.Pages(g, a.collab, a)
}

// opsRouter makes the router for operators. It is served on another address,
// Config.OpsAddr.
func (a *App) opsRouter() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.metrics.handler())
	mux.Handle("GET /healthz", health(a.alive))
	mux.Handle("GET /readyz", health(a.ready))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

func (a *App) alive(context.Context) error { return nil }

// ready returns nil if the app accepts new clients, or an error with the reason.
func (a *App) ready(ctx context.Context) error {
	if a.closing.Load() {
		return errors.New("shutting down")
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if err := a.db.Ready(ctx); err != nil {
		if postgres.Unavailable(err) {
			return errors.New("the database cannot be reached")
		}
		return err
	}
	return nil
}
