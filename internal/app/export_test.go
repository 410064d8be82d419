package app

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"hubbub/internal/account"
	"hubbub/internal/base/postgres"
	"hubbub/internal/chat"
)

// What follows is for the tests of package app_test, which use apptest. A package that
// apptest imports cannot import it itself.

const RequestConnections = requestConnections

var Networks = networks

func (a *App) Account() *account.Service { return a.account }

func (a *App) Chat() *chat.Service { return a.chat }

func (a *App) DB() *postgres.DB { return a.db }

func (a *App) Router() *echo.Echo { return a.router }

func (a *App) MetricsHandler() http.Handler { return a.metrics.handler() }

func (a *App) AddGauge(name string, value func() float64) { a.metrics.gauge(name, "", value) }

func (a *App) AddCollector(c prometheus.Collector) { a.metrics.collect(c) }

func (a *App) Greeting() string { return a.greeting() }

// SetClosing makes the app behave as at the start or the end of Close.
func (a *App) SetClosing(closing bool) { a.closing.Store(closing) }

func (a *App) Healthcheck(ctx context.Context) error { return healthcheck(ctx, Config{Addr: a.Addr()}) }
