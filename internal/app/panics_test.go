package app_test

import (
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"hubbub/internal/live/hub"
	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

// panickyTransport panics for the first requests, as many as panics counts.
type panickyTransport struct {
	http.RoundTripper
	panics atomic.Int64
}

func (p *panickyTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if p.panics.Add(-1) >= 0 {
		panic("the transport broke")
	}
	return p.RoundTripper.RoundTrip(r)
}

// wantPanics waits until the panics at a place are counted, and checks that their stack is
// in the log.
func wantPanics(t *testing.T, app *apptest.App, ops *testkit.Client, where string, count string) {
	t.Helper()
	line := `hubbub_panics_total{where="` + where + `"} ` + count + "\n"
	testkit.Eventually(t, "counted: "+line, testkit.Timeout, func() bool {
		return strings.Contains(ops.Get("/metrics").Body, line)
	})
	logged := regexp.MustCompile(`level=ERROR msg=panic .*where=` + where + ` .*stack=.*panics_test\.go`)
	if !logged.MatchString(app.Log.String()) {
		t.Errorf("the log has no stack of a panic at %s", where)
	}
}

func TestPanicOfAPushTransportSparesTheApp(t *testing.T) {
	t.Parallel()
	service := testkit.NewPushService(t)
	client := *service.Client()
	transport := &panickyTransport{RoundTripper: client.Transport}
	transport.panics.Store(1)
	client.Transport = transport
	app, ops := startWithOps(t, apptest.FastPagePresence, func(c *apptest.Config) { c.PushAfter, c.PushClient = time.Millisecond, &client })
	nora, broken, phone := app.Anonymous().SignUp("Nora Quist"), service.Device("broken"), service.Device("phone")
	nora.Post("/api/push/subscriptions", broken.Subscription()).Want(http.StatusNoContent)
	app.SendNotification(app.ID(nora), "first")
	wantPanics(t, app, ops, "push-delivery", "1")
	nora.Post("/api/push/subscriptions", phone.Subscription()).Want(http.StatusNoContent)
	app.SendNotification(app.ID(nora), "second")
	phone.WantPushes(1)
	app.Anonymous().Get("/readyz").Want(http.StatusOK)
}

func TestPanicOfAHubCallbackSparesTheApp(t *testing.T) {
	t.Parallel()
	app, ops := startWithOps(t)
	app.Hub().OnLeave("chat-", func(hub.Left) { panic("a feature broke") })
	sam, maya := app.As("sam"), app.As("maya")
	room := app.Room(sam, "unharmed")
	samSocket, mayaSocket := sam.Connect(""), maya.Connect("")
	mayaSocket.Get("/api/chat/join", in{"roomId": room}).Want(http.StatusOK)
	samSocket.Get("/api/chat/join", in{"roomId": room}).Want(http.StatusOK)
	mayaSocket.WantEvent("userJoined")
	samSocket.Close()
	wantPanics(t, app, ops, "hub-left", "1")
	mayaSocket.WantEvent("userLeft") // the other callbacks were called
	sam.Post("/api/chat/send", in{"roomId": room, "text": "still here"}).Want(http.StatusOK)
	mayaSocket.WantEvent("newMessage")
}

func TestPanicOfARequestIsCounted(t *testing.T) {
	t.Parallel()
	app, ops := startWithOps(t)
	app.Router().GET("/broken", func(echo.Context) error { panic("a handler broke") })
	app.Anonymous().Get("/broken").Want(http.StatusInternalServerError)
	app.As("sam").Connect("").Get("/broken", nil).Want(http.StatusInternalServerError)
	ops.Get("/metrics").Want(http.StatusOK).WantBody(`hubbub_panics_total{where="request"} 2` + "\n")
	if !strings.Contains(app.Log.String(), "panics_test.go") {
		t.Error("the log has no stack")
	}
}

func TestPanicOutsideTheRouterClosesOneConnection(t *testing.T) {
	t.Parallel()
	app, ops := startWithOps(t)
	app.Router().Pre(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if c.Request().URL.Path == "/broken" {
				panic("middleware broke")
			}
			return next(c)
		}
	})
	if answer, err := http.Get(app.BaseURL() + "/broken"); err == nil {
		answer.Body.Close()
		t.Errorf("the answer is %s", answer.Status)
	}
	live := app.As("sam").Connect("")
	live.Get("/broken", nil).Want(http.StatusInternalServerError)
	live.Get("/api/me", nil).Want(http.StatusOK)
	wantPanics(t, app, ops, "socket-request", "1")
	testkit.Eventually(t, "the request by HTTP is counted", testkit.Timeout, func() bool {
		return strings.Contains(ops.Get("/metrics").Body, `hubbub_panics_total{where="http"} `)
	})
}

func TestPanicOfAMetricCostsThatMetric(t *testing.T) {
	t.Parallel()
	app, ops := startWithOps(t)
	app.AddGauge("hubbub_broken", func() float64 { panic("a gauge broke") })
	app.AddCollector(brokenFigures{})
	ops.Get("/metrics").Want(http.StatusOK).WantBody("\nhubbub_connections 0\n").WantBody("\nhubbub_broken NaN\n")
	testkit.Eventually(t, "both are counted", testkit.Timeout, func() bool {
		body := ops.Get("/metrics").Body
		return strings.Contains(body, `hubbub_panics_total{where="metrics"} `) && strings.Contains(app.Log.String(), "figures broke")
	})
}

// brokenFigures panics in a goroutine of the registry.
type brokenFigures struct{}

func (brokenFigures) Describe(chan<- *prometheus.Desc) {}

func (brokenFigures) Collect(chan<- prometheus.Metric) { panic("figures broke") }
