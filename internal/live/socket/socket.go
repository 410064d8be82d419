package socket

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"

	"hubbub/internal/base/fault"
	"hubbub/internal/base/loop"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

// Config of a Handler. Hub and Router are required.
type Config struct {
	Hub    *hub.Hub
	Router http.Handler // serves the virtual requests
	Log    *slog.Logger
	Guard  loop.Guard // catches panics in connections; without a logger it uses Log

	Heartbeat   time.Duration // 0: wire.Heartbeat
	PongWait    time.Duration // 0: wire.PongWait
	MessageWait time.Duration // how long a message may take to arrive; 0: wire.MessageWait
	WriteWait   time.Duration // how long a peer may block a write; 0: 10 s
	Rate        float64       // frames a second; 0: no limit
	Burst       int           // 0: wire.Burst

	BaseURL        string   // its origin is accepted
	AllowedOrigins []string // further accepted origins: "https://app.example.com"
	PerAddress     int      // the most open connections of one address; 0: no limit
	// Address returns the client's address, for a server behind trusted proxies.
	// nil: the address of the TCP peer.
	Address func(*http.Request) string

	// Binary gets the binary messages, in the reader's goroutine. It may keep the
	// bytes. nil: a binary message closes the connection with 1003.
	Binary func(*hub.Conn, []byte)
	// Streams reports whether a binary message of the connection may have up to
	// wire.MaxBinary bytes. It is called before each binary message is read. nil:
	// the limit is wire.MaxText.
	Streams func(*hub.Conn) bool
}

// writeWait is how long a peer may leave a write unread before it is dropped.
const writeWait = 10 * time.Second

func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Guard = c.Guard.WithLog(c.Log)
	if c.Heartbeat == 0 {
		c.Heartbeat = wire.Heartbeat
	}
	if c.PongWait == 0 {
		c.PongWait = wire.PongWait
	}
	if c.MessageWait == 0 {
		c.MessageWait = wire.MessageWait
	}
	if c.WriteWait == 0 {
		c.WriteWait = writeWait
	}
	if c.Burst == 0 {
		c.Burst = wire.Burst
	}
	if c.Address == nil {
		c.Address = peerAddress
	}
	return c
}

func peerAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// Handler accepts WebSocket connections.
type Handler struct {
	config    Config
	origins   map[string]bool
	addresses addresses
}

// New returns a Handler.
func New(c Config) *Handler {
	return &Handler{
		config:    c.withDefaults(),
		origins:   originSet(c.BaseURL, c.AllowedOrigins),
		addresses: addresses{limit: c.PerAddress, open: map[string]int{}},
	}
}

// Accept upgrades the request and returns; the connection goes on in goroutines
// of its own. The contexts of virtual requests have the values of base, such as
// the caller, but do not end with it. If Accept returns an error, the request was
// refused before the upgrade, and the caller has to answer it.
func (h *Handler) Accept(w http.ResponseWriter, r *http.Request, who hub.Identity, base context.Context) error {
	return h.accept(w, r, who, base, nil)
}

func (h *Handler) accept(
	w http.ResponseWriter, r *http.Request, who hub.Identity, base context.Context, dialect *Dialect,
) error {
	if err := h.check(r); err != nil {
		return err
	}
	address := h.config.Address(r)
	if !h.addresses.acquire(address) {
		return fault.RateLimited(addressRetry)
	}
	upgrade := &hijacker{ResponseWriter: w, writeWait: h.config.WriteWait}
	ws, err := websocket.Accept(upgrade, r, &websocket.AcceptOptions{
		Subprotocols:       []string{wire.Subprotocol},
		InsecureSkipVerify: true, // check has checked the origin, and refuses with a problem document
		CompressionMode:    websocket.CompressionDisabled,
	})
	if err != nil {
		h.addresses.release(address)
		h.config.Log.Debug("handshake failed", "error", err)
		return nil // the library has answered
	}
	ws.SetReadLimit(-1) // receive limits each message
	h.start(ws, upgrade.conn, r, who, base, address, dialect)
	return nil
}

// check returns a fault for a request that must not be upgraded.
func (h *Handler) check(r *http.Request) error {
	switch {
	case IsVirtual(r):
		return fault.Malformed("A socket cannot be opened through a socket.")
	case !h.originAllowed(r):
		return fault.Forbidden("Sockets from this origin are not allowed.")
	case !strings.EqualFold(r.Header.Get("Upgrade"), "websocket"):
		return fault.New(http.StatusUpgradeRequired, "This address speaks WebSocket.")
	case !h.config.Hub.Accepting():
		return fault.Unavailable(errors.New("shutting down"))
	}
	return nil
}
