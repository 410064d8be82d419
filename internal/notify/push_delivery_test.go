package notify_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

// startWithPush starts an app that sends its pushes without delay, to the push service
// of the test.
func startWithPush(t *testing.T) (*apptest.App, *testkit.PushService) {
	t.Helper()
	service := testkit.NewPushService(t)
	return apptest.Start(t, apptest.FastPagePresence, func(c *apptest.Config) { c.PushAfter, c.PushClient = time.Millisecond, service.Client() }), service
}

// signUpNora signs up a new user, who has no notifications of the demo.
func signUpNora(app *apptest.App) *testkit.Client { return app.Anonymous().SignUp("Nora Quist") }

// shown is the content of a push.
type shown struct {
	Kind, Tag, Title, Body, URL string
	ID                          int64
	Tags                        []string
}

func decodePush(t *testing.T, p testkit.Push) (s shown) {
	t.Helper()
	if err := json.Unmarshal([]byte(p.Text), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// pushDevice is a device in the list of the user's devices.
type pushDevice struct {
	ID      int64
	Device  string
	Failure string
}

func devices(app *apptest.App, client *testkit.Client) []pushDevice {
	return testkit.As[[]pushDevice](client.Get("/api/push/subscriptions").Want(http.StatusOK))
}

func TestPushReachesTheDevice(t *testing.T) {
	t.Parallel()
	app, service := startWithPush(t)
	nora, phone := signUpNora(app), service.Device("phone")
	key := testkit.As[struct{ Key string }](nora.Get("/api/push/key").Want(http.StatusOK)).Key
	nora.Do(http.MethodPost, "/api/push/subscriptions", phone.Subscription(), "User-Agent", "Mozilla/5.0 (Android 16; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0").Want(http.StatusNoContent)
	app.SendNotification(app.ID(nora), "first")
	got := phone.WantPushes(1)[0]
	if got.Key != key || decodePush(t, got).Title != "Sam mentioned you" || decodePush(t, got).Body != "first" {
		t.Errorf("signed by %s: %s", got.Key, got.Text)
	}
	why := fmt.Sprintf("/api/notifications/%d/why", decodePush(t, got).ID)
	testkit.Eventually(t, "the explanation has the device", testkit.Timeout, func() bool {
		body := nora.Get(why).Want(http.StatusOK).Body
		return strings.Contains(body, `"push":"sent"`) && strings.Contains(body, `"device":"Firefox on Android","state":"shown"`)
	})
	app.As("theo").Get(why).Want(http.StatusNotFound)
	nora.Post(fmt.Sprintf("/api/notifications/%d/read", decodePush(t, got).ID), nil).Want(http.StatusOK)
	if closing := decodePush(t, phone.WantPushes(2)[1]); closing.Kind != "withdraw" || closing.Tags[0] != decodePush(t, got).Tag {
		t.Errorf("the second push is %+v", closing)
	}
}

func TestPushDevicesBelongToTheirUser(t *testing.T) {
	t.Parallel()
	app, service := startWithPush(t)
	nora, sam, phone := signUpNora(app), app.As("sam"), service.Device("phone")
	nora.Post("/api/push/subscriptions", phone.Subscription()).Want(http.StatusNoContent)
	device := fmt.Sprintf("/api/push/subscriptions/%d", devices(app, nora)[0].ID)
	for _, a := range []testkit.Answer{
		sam.Do(http.MethodDelete, device, nil), sam.Post(device+"/test", nil),
		sam.Do(http.MethodDelete, "/api/push/subscriptions?endpoint="+phone.Subscription().Endpoint, nil),
	} {
		a.Want(http.StatusNotFound)
	}
	for _, path := range []string{"/api/push/key", "/api/push/subscriptions"} {
		app.Anonymous().Get(path).Want(http.StatusUnauthorized)
	}
	app.Anonymous().Post("/api/push/subscriptions", phone.Subscription()).Want(http.StatusUnauthorized)
	nora.Post(device+"/test", nil).Want(http.StatusOK).WantBody(`"delivered":true`)
	nora.Do(http.MethodDelete, device, nil).Want(http.StatusNoContent)
	nora.Do(http.MethodDelete, device, nil).Want(http.StatusNotFound)
	if n := len(phone.Received()); n != 1 || len(devices(app, nora)) != 0 {
		t.Errorf("%d pushes were received, the remaining devices are %+v", n, devices(app, nora))
	}
}

func TestPushRefusesInvalidSubscriptions(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	nora, good := signUpNora(app), testkit.NewPushService(t).Device("phone").Subscription()
	for _, endpoint := range []string{good.Endpoint, "https://localhost/x", "https://10.0.0.1/", "http://push.example.com/", "nowhere"} {
		bad := good
		bad.Endpoint = endpoint
		nora.Post("/api/push/subscriptions", bad).Want(http.StatusUnprocessableEntity).WantBody(`"endpoint"`)
	}
	bad := good
	bad.Endpoint, bad.Keys.Auth = "https://push.example.com/", "AAAA"
	nora.Post("/api/push/subscriptions", bad).Want(http.StatusUnprocessableEntity).WantBody(`"keys.auth"`)
	nora.Post("/api/push/subscriptions", in{}).Want(http.StatusUnprocessableEntity)
}

func TestPushEndsWithTheSignOut(t *testing.T) {
	t.Parallel()
	app, service := startWithPush(t)
	here, there := signUpNora(app), app.Anonymous()
	there.Do(http.MethodPost, "/signin", url.Values{"email": {"nora.quist@test.example"}, "password": {"correct horse battery"}}).Want(http.StatusSeeOther)
	phone, laptop := service.Device("phone"), service.Device("laptop")
	here.Post("/api/push/subscriptions", phone.Subscription()).Want(http.StatusNoContent)
	there.Post("/api/push/subscriptions", laptop.Subscription()).Want(http.StatusNoContent)
	here.Post("/signout", nil).Want(http.StatusSeeOther)
	app.SendNotification(app.ID(there), "first")
	laptop.WantPushes(1)
	if n, left := phone.Tries(), devices(app, there); n != 0 || len(left) != 1 {
		t.Errorf("%d pushes were tried, the remaining devices are %+v", n, left)
	}
}
