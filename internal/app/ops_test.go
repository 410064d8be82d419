package app_test

import (
	"net"
	"net/http"
	"strings"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

// startWithOps starts an app with an operations port, and returns a client of that port.
func startWithOps(t *testing.T, change ...func(*apptest.Config)) (*apptest.App, *testkit.Client) {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	app := apptest.Start(t, append(change, func(c *apptest.Config) { c.OpsAddr = address })...)
	return app, testkit.NewClient(t, "http://"+address)
}

func TestMetricsAndHealthOnTheOperationsPort(t *testing.T) {
	t.Parallel()
	app, ops := startWithOps(t)
	sam, maya := app.As("sam"), app.As("maya")
	room := app.Room(sam, "counted")
	live := sam.Connect("")
	live.Get("/api/chat/join", in{"roomId": room}).Want(200)
	maya.Post("/api/chat/send", in{"roomId": room, "text": "hi"}).Want(200)
	live.WantEvent("newMessage")

	metrics := ops.Get("/metrics").Want(200)
	for _, line := range []string{
		"\nhubbub_connections 1\n",
		`hubbub_request_seconds_count{route="/api/chat/join",status="200",transport="socket"} 1`,
		`hubbub_request_seconds_count{route="/api/chat/send",status="200",transport="http"} 1`,
		"hubbub_broadcast_seconds_count", "hubbub_queue_frames ", `hubbub_frames_dropped_total{class="volatile"} 0`,
		"hubbub_database_connections ", "go_goroutines",
		`hubbub_outbox_failures_total{outbox="chat-alerts"} 0`, `hubbub_outbox_entries{outbox="search-findings"} 0`,
		"\nhubbub_documents_open 0\n", `hubbub_document_refusals_total{why="gap"} 0`, "hubbub_document_accept_seconds_count 0",
	} {
		metrics.WantBody(line)
	}
	live.Close()
	testkit.Eventually(t, "the close is counted", testkit.Timeout, func() bool {
		return strings.Contains(ops.Get("/metrics").Body, `hubbub_connections_closed_total{code="`)
	})
	for _, path := range []string{"/healthz", "/readyz", "/debug/pprof/cmdline"} {
		ops.Get(path).Want(200)
	}
	for _, path := range []string{"/metrics", "/debug/pprof/"} {
		app.Anonymous().Get(path).Want(http.StatusNotFound)
	}
}

func TestGreetingExplainsAccessFromTheNetwork(t *testing.T) {
	t.Parallel()
	const hint = "ADDR=:8080 to open it to the network"
	if got := apptest.Start(t).Greeting(); !strings.Contains(got, "Hubbub is at http://localhost:") || !strings.Contains(got, hint) {
		t.Errorf("on the loopback address: %s", got)
	}
	if got := apptest.Start(t, func(c *apptest.Config) { c.Addr = ":0" }).Greeting(); strings.Contains(got, hint) {
		t.Errorf("on all addresses: %s", got)
	}
}

func TestHealthcheckReportsReadiness(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	if err := app.Healthcheck(t.Context()); err != nil {
		t.Error(err)
	}
	app.SetClosing(true)
	if err := app.Healthcheck(t.Context()); err == nil {
		t.Error("ready during the shutdown")
	}
	app.SetClosing(false)
}
