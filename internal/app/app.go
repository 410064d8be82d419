package app

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
	"hubbub/internal/base/loop"
	"hubbub/internal/base/postgres"
	"hubbub/internal/chat"
	"hubbub/internal/collab"
	"hubbub/internal/dashboard"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/socket"
	"hubbub/internal/notify"
	"hubbub/internal/presence"
	"hubbub/internal/search"
)

// App is one running instance of Hubbub. main starts it, and so do the end-to-end
// tests.
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
	closing  atomic.Bool // Close was called: not ready any more
	failed   chan error
	stopJobs context.CancelFunc
	running  sync.WaitGroup
}

// Start opens the database, wires the services and serves. It returns when the
// app accepts requests; Close ends it.
func Start(ctx context.Context, config Config) (*App, error) {
	listener, err := listen(config.Addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on ADDR=%s, is another Hubbub running? %w", config.Addr, err)
	}
	config.Log = slog.New(contextHandler{config.Log.Handler()})
	metrics := newMetrics()
	guard := loop.Guard{Log: config.Log, OnPanic: metrics.countPanic}
	db, err := postgres.Open(ctx, postgres.Config{URL: config.DatabaseURL, DataDir: config.DataDir, Log: config.Log, Guard: guard})
	if err != nil {
		listener.Close()
		return nil, err
	}
	ctx = postgres.InBackground(ctx) // no request waits for these queries
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

// URL returns the URL of the app: BASE_URL, or else localhost and its port.
func (a *App) URL() string {
	if a.config.BaseURL != nil {
		return a.config.BaseURL.String()
	}
	_, port, _ := net.SplitHostPort(a.listener.Addr().String())
	return "http://localhost:" + port
}

// Addr returns the address that the app listens on, such as "127.0.0.1:8080".
func (a *App) Addr() string { return a.listener.Addr().String() }

// Hub returns the app's hub, for tests.
func (a *App) Hub() *hub.Hub { return a.hub }

// Notify returns the app's service of notifications, for tests.
func (a *App) Notify() *notify.Service { return a.notify }

// Presence returns the app's service of presence, for tests.
func (a *App) Presence() *presence.Service { return a.presence }

// Search returns the app's service of search, for tests.
func (a *App) Search() *search.Service { return a.search }

// Failed returns a channel that receives the error of a server that stopped
// without Close.
func (a *App) Failed() <-chan error { return a.failed }

func (a *App) serve() error {
	jobs, stop := context.WithCancel(postgres.InBackground(context.Background()))
	a.stopJobs = stop
	a.running.Go(func() { a.account.Run(jobs) })
	a.running.Go(func() { a.chat.RunReconciler(jobs, cmp.Or(a.config.Reconcile, chat.ReconcileEvery), a.guard) })
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
	return listener.(*net.TCPListener), nil // so it is for the network "tcp"
}

// answerTime is how long a client may take to read a response: 10 MB at 35 kB/s.
const answerTime = 5 * time.Minute

// newServer makes a server that limits how long a client may take to send the
// header of a request; limitBodyTime limits the body. A WebSocket has neither limit.
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

// The largest share of Config.Patience that each step of Close may use. Their sum
// is less than 1, so that the process ends in time.
const (
	socketsShare  = 0.4
	requestsShare = 0.2
	jobsShare     = 0.1
	databaseShare = 0.2 // includes the stop of an embedded server
)

// Close shuts the app down in steps:
//
//  1. /readyz answers 503, so that proxies send no new clients.
//  2. The sockets are closed with 1012 in batches, after pending requests were answered.
//  3. The HTTP requests end.
//  4. The background jobs end; presence releases its leases.
//  5. The database is closed.
//
// A step that takes longer than its share of the time, because of a peer or of a
// query, is cut off, so Close returns within Config.Patience.
func (a *App) Close() {
	a.closing.Store(true)
	a.step("sockets", socketsShare, a.hub.Shutdown)
	a.step("requests", requestsShare, a.stopServers)
	if a.stopJobs != nil {
		a.stopJobs()
	}
	a.listener.Close()
	a.step("jobs", jobsShare, func(ctx context.Context) error { return await(ctx, a.running.Wait) })
	a.step("database", databaseShare, func(ctx context.Context) error { return await(ctx, a.db.Close) })
}

// step runs one step of Close for at most its share of the time. A step that was
// cut off is not a failure of the app, so it is only logged.
func (a *App) step(name string, share float64, end func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(share*float64(a.config.Patience)))
	defer cancel()
	if err := end(ctx); err != nil {
		a.config.Log.Warn("shutdown step cut off", "step", name, "error", err)
	}
}

// stopServers waits for requests to end until ctx ends, and then closes their
// connections.
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

// await runs a function that takes no context. If ctx ends first, await returns
// the error of ctx, and the function continues in its goroutine.
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
