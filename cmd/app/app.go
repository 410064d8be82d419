package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/chat"
	"hubbub/internal/collab"
	"hubbub/internal/dashboard"
	"hubbub/internal/hub"
	"hubbub/internal/loop"
	"hubbub/internal/notify"
	"hubbub/internal/postgres"
	"hubbub/internal/presence"
	"hubbub/internal/search"
	"hubbub/internal/socket"
)

// App is one running Hubbub: main runs it, and so do the end-to-end tests.
type App struct {
	config    Config
	db        *postgres.DB
	hub       *hub.Hub
	account   *account.Service
	chat      *chat.Service
	dashboard *dashboard.Service
	presence  *presence.Service
	notify    *notify.Service
	push      *notify.Pusher
	search    *search.Service
	collab    *collab.Service
	socket    *socket.Handler
	metrics   *metrics
	guard     loop.Guard
	router    *echo.Echo

	listener net.Listener
	public   *http.Server
	ops      *http.Server
	leaving  atomic.Bool // it is stopping: not ready any more
	failed   chan error
	stopJobs context.CancelFunc
	running  sync.WaitGroup
}

// Start opens the database, wires everything and serves. It returns when the
// app can be used; Close ends it.
func Start(ctx context.Context, config Config) (*App, error) {
	listener, err := net.Listen("tcp", config.Addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on ADDR=%s, is another Hubbub running? %w", config.Addr, err)
	}
	db, err := postgres.Open(ctx, postgres.Config{URL: config.DatabaseURL, DataDir: config.DataDir, Log: config.Log})
	if err != nil {
		listener.Close()
		return nil, err
	}
	a := &App{config: config, db: db, listener: listener, failed: make(chan error, 2)}
	if err := a.wire(); err != nil {
		return nil, errors.Join(err, a.Close(ctx))
	}
	if err := a.search.Begin(ctx); err != nil {
		return nil, errors.Join(err, a.Close(ctx))
	}
	if err := a.seed(ctx); err != nil {
		return nil, errors.Join(err, a.Close(ctx))
	}
	if err := a.presence.Begin(ctx); err != nil {
		return nil, errors.Join(err, a.Close(ctx))
	}
	return a, a.serve()
}

// URL is where a browser on this machine finds the app.
func (a *App) URL() string {
	if a.config.BaseURL != nil {
		return a.config.BaseURL.String()
	}
	_, port, _ := net.SplitHostPort(a.listener.Addr().String())
	return "http://localhost:" + port
}

// Failed receives the error when a server stops by itself.
func (a *App) Failed() <-chan error { return a.failed }

func (a *App) serve() error {
	jobs, stop := context.WithCancel(context.Background())
	a.stopJobs = stop
	a.running.Go(func() { a.account.Run(jobs) })
	a.running.Go(func() { a.chat.Run(jobs, cmp.Or(a.config.Reconcile, chat.ReconcileEvery), a.guard) })
	a.running.Go(func() { a.chat.RunAlerts(jobs, a.guard) })
	a.running.Go(func() { a.presence.Run(jobs) })
	a.running.Go(func() { a.dashboard.Run(jobs) })
	a.running.Go(func() { a.notify.Run(jobs) })
	a.running.Go(func() { a.push.Run(jobs) })
	a.running.Go(func() { a.search.Run(jobs) })
	a.running.Go(func() { a.backfill(jobs) })
	a.running.Go(func() { a.collab.Run(jobs) })
	a.public = &http.Server{Handler: a.abortPanics(a.router), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	a.start(a.public, a.listener)
	if a.config.OpsAddr == "" {
		return nil
	}
	listener, err := net.Listen("tcp", a.config.OpsAddr)
	if err != nil {
		return fmt.Errorf("cannot listen on OPS_ADDR=%s, set it to another address: %w", a.config.OpsAddr, err)
	}
	a.ops = &http.Server{Handler: a.abortPanics(a.opsRouter()), ReadHeaderTimeout: 10 * time.Second}
	a.start(a.ops, listener)
	return nil
}

func (a *App) start(server *http.Server, listener net.Listener) {
	a.running.Go(func() {
		err := a.guard.Try("http-server", func() error { return server.Serve(listener) })
		if !errors.Is(err, http.ErrServerClosed) {
			a.failed <- err
		}
	})
}

// Close lets everybody go: it is not ready any more, so that no proxy sends new
// people; sockets are closed with 1012 in batches, what they asked is answered;
// then requests by HTTP end, then the jobs, of which presence hands its leases
// back, then the database. It takes as long as ctx at most.
func (a *App) Close(ctx context.Context) error {
	a.leaving.Store(true)
	errs := []error{a.hub.Shutdown(ctx)}
	for _, server := range []*http.Server{a.public, a.ops} {
		if server != nil {
			errs = append(errs, server.Shutdown(ctx))
		}
	}
	if a.stopJobs != nil {
		a.stopJobs()
	}
	a.listener.Close()
	a.running.Wait()
	a.db.Close()
	return errors.Join(errs...)
}
