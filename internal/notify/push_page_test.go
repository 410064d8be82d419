package notify_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/browser"
)

// openPushSettings opens the settings of Nora, a new user, in a browser whose push
// subscription is a device of the test. The browser answers the permission prompt.
func openPushSettings(t *testing.T, answer string) (*apptest.App, *testkit.Client, *testkit.PushDevice, apptest.Tab) {
	app, service := startWithPush(t)
	nora, laptop := signUpNora(app), service.Device("laptop")
	page := apptest.Tab{Page: browser.StartDesktop(t).Person(t, app.BaseURL(), nora.Cookies()...)}
	page.Notifications(answer).PushesTo(laptop).Goto("/settings")
	return app, nora, laptop, page.WaitUntilLive()
}

// wantShown waits until the browser shows exactly the notifications with the tags.
func wantShown(t *testing.T, p apptest.Tab, tags ...string) {
	t.Helper()
	slices.Sort(tags)
	var shown []string
	defer func() {
		if !slices.Equal(shown, tags) {
			t.Log("the device shows ", shown)
		}
	}()
	testkit.Eventually(t, fmt.Sprint("the device shows ", tags), testkit.Timeout, func() bool {
		shown = browser.Eval[[]string](p.Page, `(async () => {
			const registration = await navigator.serviceWorker.getRegistration("/");
			return (await registration.getNotifications()).map(({tag}) => tag).sort();
		})()`)
		return slices.Equal(shown, tags)
	})
}

func TestPushIsSwitchedOnShownAndClosed(t *testing.T) {
	t.Parallel()
	app, nora, laptop, page := openPushSettings(t, "granted")
	page.Want(`[data-push-when=off]`).Click("[data-push-on]").Want(`[data-push-when=on]`).WantText("#push-devices", "This device")
	page.WantFocus("[data-push-off]")
	id := app.ID(nora)
	page.SetHidden(true) // so that Nora is not active
	waitUntilInactive(app, nora)
	app.SendNotification(id, "first")
	first := laptop.WantPushes(1)[0]
	page.DeliverPush(first)
	wantShown(t, page, decodePush(t, first).Tag)
	app.SendNotification(id, "second")
	second := laptop.WantPushes(2)[1]
	page.DeliverPush(second)
	wantShown(t, page, decodePush(t, first).Tag, decodePush(t, second).Tag)

	nora.Post(fmt.Sprintf("/api/notifications/%d/read", decodePush(t, first).ID), nil).Want(200)
	wantShown(t, page, decodePush(t, second).Tag)    // the open page closes it
	page.AllowErrors("favicon.ico").Goto("/healthz") // a page without scripts
	nora.Post(fmt.Sprintf("/api/notifications/%d/read", decodePush(t, second).ID), nil).Want(200)
	for _, push := range laptop.WantPushes(3)[2:] {
		page.DeliverPush(push)
	}
	wantShown(t, page)
}

// waitUntilInactive waits until the user is active on no connection.
func waitUntilInactive(app *apptest.App, client *testkit.Client) {
	app.T.Helper()
	id := app.ID(client)
	testkit.Eventually(app.T, "the user is inactive", testkit.Timeout, func() bool {
		_, active := app.Presence().Attending(app.T.Context(), id)
		return !active
	})
}

func TestPushReadElsewhereIsClosedByTheNextPage(t *testing.T) {
	t.Parallel()
	app, nora, laptop, page := openPushSettings(t, "granted")
	page.Click("[data-push-on]").Want(`[data-push-when=on]`)
	page.SetHidden(true)
	waitUntilInactive(app, nora)
	app.SendNotification(app.ID(nora), "first")
	push := laptop.WantPushes(1)[0]
	page.DeliverPush(push)
	wantShown(t, page, decodePush(t, push).Tag)
	page.AllowErrors("favicon.ico").Goto("/healthz") // a page without scripts
	nora.Post("/api/notifications/read-all", nil).Want(200)
	page.Goto("/people")
	wantShown(t, page.WaitUntilLive())
}

func TestPushClickOpensThePageAndMarksAsRead(t *testing.T) {
	t.Parallel()
	app, nora, laptop, page := openPushSettings(t, "granted")
	page.Click("[data-push-on]").Want(`[data-push-when=on]`)
	page.SetHidden(true)
	waitUntilInactive(app, nora)
	app.SendNotification(app.ID(nora), "first")
	push := laptop.WantPushes(1)[0]
	page.DeliverPush(push)
	wantShown(t, page, decodePush(t, push).Tag)
	page.ClickNotification(decodePush(t, push).Tag).WantPath("/people")
	wantShown(t, page)
	testkit.Eventually(t, "the notification is read", testkit.Timeout, func() bool {
		return !strings.Contains(nora.Get("/api/notifications?unread=true").Want(200).Body, `"message":"first"`)
	})
}

func TestPushShowsThatItIsBlocked(t *testing.T) {
	t.Parallel()
	_, _, _, page := openPushSettings(t, "denied")
	page.Want(`[data-push-when=blocked]`).WantNo("[data-push-on]").WantNo("[data-push-off]")
}

func TestPushIsSwitchedOffByButtonAndByRemoval(t *testing.T) {
	t.Parallel()
	app, nora, _, page := openPushSettings(t, "granted")
	page.Want("[data-push-when=off]").WantAccessible()
	page.Click("[data-push-on]").WantText("#push-devices", "This device").WantAccessible()
	page.Click("[data-push-off]").Want("[data-push-when=off]").WantNo("#push-devices li").WantFocus("[data-push-on]")
	page.Click("[data-push-on]").WantText("#push-devices", "This device")
	page.ClickText("#push-devices button", "Test").WantText("#push", "Test notification sent").WantText("#push-devices", "last delivered")
	page.AllowErrors("404") // the browser checks its subscription
	page.Want("[data-push-when=on]").ClickText("#push-devices button", "Remove").WantText("#push", "Device removed")
	page.Want("[data-push-when=off]") // the page and the browser have noticed the removal
	if left := devices(app, nora); len(left) != 0 {
		t.Errorf("the remaining devices are %+v", left)
	}
}

func TestPushSubscriptionMovesToTheNextUser(t *testing.T) {
	t.Parallel()
	app, _, _, page := openPushSettings(t, "granted")
	page.Click("[data-push-on]").Want("[data-push-when=on]")
	page.Click(`[popovertarget="me"]`).Click("form[action='/signout'] button").WantPath("/signin")
	theo := app.As("theo")
	page.Click("button[value=theo]").WantPath("/")
	page.WaitUntilLive()
	testkit.Eventually(t, "the subscription is Theo's", testkit.Timeout, func() bool { return len(devices(app, theo)) == 1 })
}
