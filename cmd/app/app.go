package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
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

	listener *net.TCPListener
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
	listener, err := listen(config.Addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on ADDR=%s, is another Hubbub running? %w", config.Addr, err)
	}
	metrics := newMetrics()
	guard := loop.Guard{Log: config.Log, OnPanic: metrics.countPanic}
	db, err := postgres.Open(ctx, postgres.Config{URL: config.DatabaseURL, DataDir: config.DataDir, Log: config.Log, Guard: guard})
	if err != nil {
		listener.Close()
		return nil, err
	}
	ctx = postgres.InBackground(ctx) // nobody waits for a request yet
	a := &App{config: config, db: db, metrics: metrics, guard: guard, listener: listener, failed: make(chan error, 2)}
	if err := a.begin(ctx); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

func (a *App) begin(ctx context.Context) error {
	if err := a.wire(); err != nil {
		return err
	}
	if err := a.search.Begin(ctx); err != nil {
		return err
	}
	if err := a.seed(ctx); err != nil {
		return err
	}
	if err := a.presence.Begin(ctx); err != nil {
		return err
	}
	return a.serve()
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
	jobs, stop := context.WithCancel(postgres.InBackground(context.Background()))
	a.stopJobs = stop
	a.running.Go(func() { a.account.Run(jobs) })
	a.running.Go(func() { a.chat.Run(jobs, cmp.Or(a.config.Reconcile, chat.ReconcileEvery), a.guard) })
	a.running.Go(func() { a.chat.RunAlerts(jobs, a.guard) })
	a.running.Go(func() { a.chat.RunDepartures(jobs, a.guard) })
	a.running.Go(func() { a.presence.Run(jobs) })
	a.running.Go(func() { a.dashboard.Run(jobs) })
	a.running.Go(func() { a.notify.Run(jobs) })
	a.running.Go(func() { a.push.Run(jobs) })
	a.running.Go(func() { a.search.Run(jobs) })
	a.running.Go(func() { a.backfill(jobs) })
	a.running.Go(func() { a.collab.Run(jobs) })
	a.public = a.newServer(a.abortPanics(a.router))
	a.public.WriteTimeout = answerTime
	a.start(a.public, a.limitConnections(a.listener))
	if a.config.OpsAddr == "" {
		return nil
	}
	listener, err := net.Listen("tcp", a.config.OpsAddr)
	if err != nil {
		return fmt.Errorf("cannot listen on OPS_ADDR=%s, set it to another address: %w", a.config.OpsAddr, err)
	}
	a.ops = a.newServer(a.abortPanics(a.opsRouter()))
	a.start(a.ops, listener)
	return nil
}

func listen(address string) (*net.TCPListener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	return listener.(*net.TCPListener), nil // as of every network "tcp"
}

// answerTime is what a client may take to read an answer: 10 MB at 35 kB/s.
const answerTime = 5 * time.Minute

// newServer bounds what a client may take to send the head of a request; the
// time of a body is limitBodyTime's. A socket has neither bound.
func (a *App) newServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(a.config.Log.Handler(), slog.LevelWarn),
	}
}

func (a *App) start(server *http.Server, listener net.Listener) {
	a.running.Go(func() {
		err := a.guard.Try("http-server", func() error { return server.Serve(listener) })
		if !errors.Is(err, http.ErrServerClosed) {
			a.failed <- err
		}
	})
}

// The shares of Config.Patience that the steps of Close have at most. Together
// they are less than all of it, so that the process ends in time.
const (
	socketsShare  = 0.4
	requestsShare = 0.2
	jobsShare     = 0.1
	databaseShare = 0.2 // an embedded server stops with it
)

// Close lets everybody go: it is not ready any more, so that no proxy sends new
// people; sockets are closed with 1012 in batches, what they asked is answered;
// then requests by HTTP end, then the jobs, of which presence hands its leases
// back, then the database. What a peer, or a query, holds up longer than its
// share of the time is cut, so Close returns within Config.Patience.
func (a *App) Close() {
	a.leaving.Store(true)
	a.step("sockets", socketsShare, a.hub.Shutdown)
	a.step("requests", requestsShare, a.stopServers)
	if a.stopJobs != nil {
		a.stopJobs()
	}
	a.listener.Close()
	a.step("jobs", jobsShare, func(ctx context.Context) error { return await(ctx, a.running.Wait) })
	a.step("database", databaseShare, func(ctx context.Context) error { return await(ctx, a.db.Close) })
}

// step runs a step of Close for its share of the time. That it was cut is no
// failure of the app, so it is only logged.
func (a *App) step(name string, share float64, end func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(share*float64(a.config.Patience)))
	defer cancel()
	if err := end(ctx); err != nil {
		a.config.Log.Warn("cut off at the end", "what", name, "error", err)
	}
}

// stopServers lets requests end until ctx does, and then cuts their connections.
func (a *App) stopServers(ctx context.Context) error {
	var errs []error
	for _, server := range []*http.Server{a.public, a.ops} {
		if server == nil {
			continue
		}
		if err := server.Shutdown(ctx); err != nil {
			errs = append(errs, err, server.Close())
		}
	}
	return errors.Join(errs...)
}

// await runs a function that takes no context. If ctx ends first it returns its
// error, and the function goes on by itself.
func await(ctx context.Context, run func()) error {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		run()
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
