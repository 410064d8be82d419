package app

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"

	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/internal/chat"
	"hubbub/internal/collab"
	"hubbub/internal/dashboard"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/socket"
	"hubbub/internal/notify"
	"hubbub/internal/presence"
	"hubbub/internal/search"
)

// wire makes the services and gives each the parts of the others that it needs.
func (a *App) wire() error {
	a.hub = hub.New(hub.Config{Log: a.config.Log, Guard: a.guard, QueueFrames: a.config.QueueFrames, Observe: a.metrics.observeBroadcast})
	a.search = search.New(a.db, a.hub, search.Config{Notifier: savedNotices{a}, Log: a.config.Log, Guard: a.guard})
	accounts, err := account.New(a.db, account.Config{
		Hub:    a.hub,
		Online: onlineByPresence{a},
		Log:    a.config.Log,
		Guard:  a.guard,
		Demo:   a.config.Demo,
		Nodes:  func() int { return a.presence.Nodes() },
		Secure: a.config.byHTTPS,
		Cost:   a.config.PasswordCost,
		Index:  a.search,
	})
	if err != nil {
		return err
	}
	a.account = accounts
	a.presence = presence.New(a.db, a.hub, accounts, presence.Config{
		Node: a.nodeName(), Log: a.config.Log, Guard: a.guard, Timing: a.config.Presence, Seen: a.seen,
	})
	a.notify = notify.New(a.db, a.hub, accounts, attendance{a}, notify.Config{Log: a.config.Log, Guard: a.guard, PushAfter: a.config.PushAfter})
	a.push = notify.NewPusher(a.db, attendance{a}, accounts, notify.PushConfig{
		Contact: a.contact(), Client: a.config.PushClient, Log: a.config.Log, Guard: a.guard,
	})
	a.chat = chat.New(a.db, a.hub, accounts, chat.Config{
		Presence: onlineByPresence{a}, Index: a.search, Cards: documentCards{a},
		Notifier: chatNotices{a.notify}, Attention: a.presence,
	})
	a.dashboard = dashboard.New(a.db, a.hub, dashboard.Config{
		Node: a.nodeName(), Notifier: orderNotices{a}, Index: a.search, Figures: figures{a}, Simulate: a.config.Orders, Log: a.config.Log,
		Guard: a.guard,
	})
	a.collab = collab.New(a.db, a.hub, accounts, collab.Config{
		Log: a.config.Log, Guard: a.guard, Notifier: commentNotices{a.notify}, Index: a.search, Presence: a.presence,
		Observe: a.metrics.observeBatch,
	})
	a.router = a.newRouter()
	a.socket = socket.New(a.socketConfig())
	a.metrics.watch(a.hub, a.db, a.guard)
	a.metrics.collect(documentFigures{a.collab})
	a.metrics.collect(outboxFigures{
		a.chat.AlertStats, a.dashboard.AnnouncementStats, a.collab.AlertStats, a.push.DecisionStats, a.search.FindingStats,
	})
	a.metrics.gauge("hubbub_standing_queries", "Searches that a connection on this node stays subscribed to.", func() float64 { return float64(a.search.StandingQueries()) })
	a.metrics.gauge("hubbub_people_online", "Users who are online on any node, as others see them.", func() float64 { return float64(a.presence.Count()) })
	a.metrics.gauge("hubbub_nodes", "Nodes on the database, this one included.", func() float64 { return float64(a.presence.Nodes()) })
	return nil
}

// contact returns the URL or email address at which the operators of push services
// can reach the operator of this instance (VAPID's "sub" claim).
func (a *App) contact() string {
	if a.config.BaseURL == nil {
		return "admin@localhost"
	}
	if a.config.BaseURL.Scheme == "https" {
		return a.config.BaseURL.String()
	}
	return "admin@" + a.config.BaseURL.Hostname()
}

// nodeName returns host:port, by which operators distinguish the nodes on one
// database.
func (a *App) nodeName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	_, port, _ := net.SplitHostPort(a.listener.Addr().String())
	return net.JoinHostPort(host, port)
}

func (a *App) socketConfig() socket.Config {
	c := socket.Config{
		Hub: a.hub, Router: a.router, Log: a.config.Log, Guard: a.guard, Heartbeat: a.config.Heartbeat,
		Rate: float64(a.config.RequestRate), Burst: 2 * a.config.RequestRate,
		AllowedOrigins: a.config.AllowedOrigins, PerAddress: a.config.ConnectionsPerAddress, Address: a.clientNetwork,
		Binary: a.collab.Receive, Streams: a.collab.HasChannel,
	}
	if a.config.BaseURL != nil {
		c.BaseURL = a.config.BaseURL.String()
	}
	return c
}

// connect upgrades a request to a WebSocket connection of the caller, who may be
// anonymous.
func (a *App) connect(c echo.Context) error {
	caller, _ := account.CallerFrom(c.Request().Context())
	base := context.Background()
	if caller.ID != 0 {
		base = account.WithCaller(base, caller)
	}
	return a.socket.Accept(c.Response(), c.Request(), hub.Identity{
		UserID: caller.ID, Session: caller.Session, Expires: caller.Expires,
		HTML: c.QueryParam("view") == "html",
	}, base)
}

type stockInput struct {
	ID action.ID `json:"id"`
}

// connectStock upgrades a request of a stock client: an editor that speaks the
// unmodified protocol of y-websocket.
func (a *App) connectStock(c echo.Context, user account.User, in stockInput) error {
	dialect, err := a.collab.Stock(c.Request().Context(), user.ID, int64(in.ID))
	if err != nil {
		return err
	}
	caller, _ := account.CallerFrom(c.Request().Context())
	return a.socket.AcceptAs(dialect, c.Response(), c.Request(), hub.Identity{
		UserID: caller.ID, Session: caller.Session, Expires: caller.Expires,
	})
}

// backfill indexes the data that is older than the search.
func (a *App) backfill(ctx context.Context) {
	a.search.Backfill(ctx,
		search.Source{Name: "people", Next: a.account.IndexPeople},
		search.Source{Name: "rooms", Next: a.chat.IndexRooms},
		search.Source{Name: "messages", Next: a.chat.IndexMessages},
		search.Source{Name: "products", Next: a.dashboard.IndexProducts},
	)
}

// health makes a handler that answers 200 if check returns nil, or else 503 with the
// error as the reason.
func health(check func(context.Context) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		status, answer := http.StatusOK, map[string]string{"status": "ok"}
		if err := check(r.Context()); err != nil {
			status, answer = http.StatusServiceUnavailable, map[string]string{"status": "unavailable", "reason": err.Error()}
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(answer)
	}
}
