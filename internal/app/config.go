package app

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/presence"
)

// Config is the configuration. docs/configuration.md describes the environment
// variables.
type Config struct {
	Addr                  string       // ADDR: the public address
	OpsAddr               string       // OPS_ADDR: metrics, health, pprof; empty: none
	DatabaseURL           string       // DATABASE_URL: empty: an embedded server under DataDir
	DataDir               string       // DATA_DIR
	BaseURL               *url.URL     // BASE_URL: the public URL; nil: the host that the browser asked for
	AllowedOrigins        []string     // ALLOWED_ORIGINS: further origins for sockets and CORS
	Demo                  bool         // DEMO: demo people and data
	Orders                bool         // demo orders: two days of them, and more while a dashboard is open
	RequestRate           int          // REQUEST_RATE: frames or requests a second; 0: no limit
	ConnectionsPerAddress int          // CONNECTIONS_PER_ADDRESS: sockets; 0: no limit
	TrustedProxies        []*net.IPNet // TRUSTED_PROXIES: whose X-Forwarded-For and -Proto count
	Log                   *slog.Logger // Start adds the ids of the request, connection and user
	LogJSON               bool         // LOG_FORMAT=json: the greeting is a log line

	Heartbeat time.Duration // how often an idle socket gets a heartbeat
	Patience  time.Duration // how long Close may take
	BodyTime  time.Duration // how long a request's body may take to arrive; 0: bodyTime

	QueueFrames int           // how many frames may wait for a connection; 0: wire.QueueFrames
	Reconcile   time.Duration // how often open rooms are compared with the database; 0: chat.ReconcileEvery

	Presence presence.Timing // zero: the default

	PushAfter  time.Duration // from a notification to its push; 0: the default
	PushClient *http.Client  // for requests to push services; nil: a client that calls public addresses only

	PasswordCost account.Cost // of hashing a password; zero: the default. Tests use a low cost
}

// In a demo any visitor becomes an admin with one click, so by default it listens on
// the loopback address only.
const (
	publicAddress = ":8080"
	demoAddress   = "127.0.0.1:8080"
)

// readConfig reads the environment variables. It returns an error of one line for
// the first invalid one.
func readConfig(getenv func(string) string) (Config, error) {
	e := environment{getenv: getenv}
	c := Config{
		OpsAddr:               e.address("OPS_ADDR", "127.0.0.1:9090"),
		DatabaseURL:           e.get("DATABASE_URL", ""),
		DataDir:               e.folder("DATA_DIR", ".data"),
		BaseURL:               e.url("BASE_URL"),
		AllowedOrigins:        e.origins("ALLOWED_ORIGINS"),
		RequestRate:           e.count("REQUEST_RATE", 50),
		ConnectionsPerAddress: e.count("CONNECTIONS_PER_ADDRESS", 200),
		TrustedProxies:        e.networks("TRUSTED_PROXIES"),
		Log:                   e.log("LOG_FORMAT"),
		LogJSON:               getenv("LOG_FORMAT") == "json",
		Heartbeat:             25 * time.Second,
		Patience:              10 * time.Second,
	}
	c.Demo = e.flag("DEMO", c.DatabaseURL == "")
	c.Orders = c.Demo
	usual := publicAddress
	if c.Demo {
		usual = demoAddress
	}
	c.Addr = e.address("ADDR", usual)
	return c, e.err
}

// environment reads variables and keeps the first error.
type environment struct {
	getenv func(string) string
	err    error
}

func (e *environment) get(name, usual string) string {
	if v := e.getenv(name); v != "" {
		return v
	}
	return usual
}

func (e *environment) invalid(name, want string) {
	if e.err == nil {
		e.err = fmt.Errorf("%s is %q: it must be %s", name, e.getenv(name), want)
	}
}

func (e *environment) address(name, usual string) string {
	v := e.get(name, usual)
	if _, _, err := net.SplitHostPort(v); err != nil {
		e.invalid(name, `an address such as ":8080" or "127.0.0.1:8080"`)
	}
	return v
}

func (e *environment) url(name string) *url.URL {
	v := e.getenv(name)
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		e.invalid(name, "a URL such as https://hubbub.example")
		return nil
	}
	// The pages link to paths from the root of the host.
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		e.invalid(name, "a URL without a path, such as https://hubbub.example")
	}
	u.Path = ""
	return u
}

// folder reads the path of a directory, which need not exist yet.
func (e *environment) folder(name, usual string) string {
	v := e.get(name, usual)
	if info, err := os.Stat(v); errors.Is(err, syscall.ENOTDIR) || err == nil && !info.IsDir() {
		e.invalid(name, "the path of a directory, and it is a file")
	}
	return v
}

func (e *environment) networks(name string) []*net.IPNet {
	var networks []*net.IPNet
	for entry := range strings.SplitSeq(e.getenv(name), ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		_, network, err := net.ParseCIDR(entry)
		if err != nil {
			e.invalid(name, "CIDRs separated by commas, such as 10.0.0.5/32,fd00::/64")
			continue
		}
		if ones, _ := network.Mask.Size(); ones == 0 {
			e.invalid(name, "the proxies' own addresses: a /0 would trust every client")
		}
		networks = append(networks, network)
	}
	return networks
}

func (e *environment) origins(name string) []string {
	var origins []string
	for origin := range strings.SplitSeq(e.getenv(name), ",") {
		if origin = strings.TrimSpace(origin); origin == "" {
			continue
		}
		if u, err := url.Parse(origin); err != nil || u.Host == "" || u.Path != "" {
			e.invalid(name, "origins separated by commas, such as https://a.example,https://b.example")
		}
		origins = append(origins, origin)
	}
	return origins
}

func (e *environment) count(name string, usual int) int {
	v := e.getenv(name)
	if v == "" {
		return usual
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		e.invalid(name, "a whole number from 0")
	}
	return n
}

func (e *environment) flag(name string, usual bool) bool {
	v := e.getenv(name)
	if v == "" {
		return usual
	}
	on, err := strconv.ParseBool(v)
	if err != nil {
		e.invalid(name, "true or false")
	}
	return on
}

func (e *environment) log(name string) *slog.Logger {
	switch e.get(name, "text") {
	case "text":
		return slog.New(sampleRefusals(slog.NewTextHandler(os.Stderr, nil)))
	case "json":
		return slog.New(sampleRefusals(slog.NewJSONHandler(os.Stderr, nil)))
	}
	e.invalid(name, "text or json")
	return slog.Default()
}
