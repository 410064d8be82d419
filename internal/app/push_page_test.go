package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hubbub/internal/testkit"
)

// openPushSettings opens the settings of Nora, a new user, in a browser whose push
// subscription is a device of the test. The browser answers the permission prompt.
func openPushSettings(t *testing.T, answer string) (*instance, *testkit.Client, *testkit.PushDevice, tab) {
	app, service := startWithPush(t)
	nora, laptop := app.signUpNora(), service.Device("laptop")
	page := tab{testkit.DesktopBrowser(t).Person(t, app.at(), nora.Cookies()...)}
	page.Notifications(answer).PushesTo(laptop).Goto("/settings")
	return app, nora, laptop, page.live()
}

// ReceivePush delivers a push to the browser's service worker.
func (p tab) ReceivePush(push testkit.Push) tab {
	p.DeliverPush(push)
	return p
}

// WantShown waits until the browser shows exactly the notifications with the tags.
func (p tab) WantShown(t *testing.T, tags ...string) {
	t.Helper()
	slices.Sort(tags)
	var shown []string
	defer func() {
		if !slices.Equal(shown, tags) {
			t.Log("the device shows ", shown)
		}
	}()
	testkit.Eventually(t, fmt.Sprint("the device shows ", tags), testkit.Patience, func() bool {
		shown = testkit.Eval[[]string](p.Page, `(async () => {
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
	id := app.id(nora)
	page.hide(true) // so that Nora is not active
	app.waitUntilInactive(nora)
	app.sendNotification(id, "first")
	first := laptop.WantPushes(1)[0]
	page.ReceivePush(first).WantShown(t, decodePush(t, first).Tag)
	app.sendNotification(id, "second")
	second := laptop.WantPushes(2)[1]
	page.ReceivePush(second).WantShown(t, decodePush(t, first).Tag, decodePush(t, second).Tag)

	nora.Post(fmt.Sprintf("/api/notifications/%d/read", decodePush(t, first).ID), nil).Want(200)
	page.WantShown(t, decodePush(t, second).Tag)     // the open page closes it
	page.AllowErrors("favicon.ico").Goto("/healthz") // a page without scripts
	nora.Post(fmt.Sprintf("/api/notifications/%d/read", decodePush(t, second).ID), nil).Want(200)
	for _, push := range laptop.WantPushes(3)[2:] {
		page.ReceivePush(push)
	}
	page.WantShown(t)
}

// waitUntilInactive waits until the user is active on no connection.
func (i *instance) waitUntilInactive(client *testkit.Client) {
	i.t.Helper()
	id := i.id(client)
	testkit.Eventually(i.t, "the user is inactive", testkit.Patience, func() bool {
		_, active := i.presence.Attending(i.t.Context(), id)
		return !active
	})
}

func TestPushReadElsewhereIsClosedByTheNextPage(t *testing.T) {
	t.Parallel()
	app, nora, laptop, page := openPushSettings(t, "granted")
	page.Click("[data-push-on]").Want(`[data-push-when=on]`)
	page.hide(true)
	app.waitUntilInactive(nora)
	app.sendNotification(app.id(nora), "first")
	push := laptop.WantPushes(1)[0]
	page.ReceivePush(push).WantShown(t, decodePush(t, push).Tag)
	page.AllowErrors("favicon.ico").Goto("/healthz") // a page without scripts
	nora.Post("/api/notifications/read-all", nil).Want(200)
	page.Goto("/people")
	page.live().WantShown(t)
}

func TestPushClickOpensThePageAndMarksAsRead(t *testing.T) {
	t.Parallel()
	app, nora, laptop, page := openPushSettings(t, "granted")
	page.Click("[data-push-on]").Want(`[data-push-when=on]`)
	page.hide(true)
	app.waitUntilInactive(nora)
	app.sendNotification(app.id(nora), "first")
	push := laptop.WantPushes(1)[0]
	page.ReceivePush(push).WantShown(t, decodePush(t, push).Tag)
	page.ClickNotification(decodePush(t, push).Tag).WantPath("/people")
	page.WantShown(t)
	testkit.Eventually(t, "the notification is read", testkit.Patience, func() bool {
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
	page.ClickText("#push-devices button", "Test").WantText("#push", "on its way").WantText("#push-devices", "last delivered")
	page.AllowErrors("404") // the browser checks its subscription
	page.Want("[data-push-when=on]").ClickText("#push-devices button", "Remove").WantText("#push", "no more pushes")
	page.Want("[data-push-when=off]") // the page and the browser have noticed the removal
	if left := app.devices(nora); len(left) != 0 {
		t.Errorf("the remaining devices are %+v", left)
	}
}

func TestPushSubscriptionMovesToTheNextUser(t *testing.T) {
	t.Parallel()
	app, _, _, page := openPushSettings(t, "granted")
	page.Click("[data-push-on]").Want("[data-push-when=on]")
	page.Click(`[popovertarget="me"]`).Click("form[action='/signout'] button").WantPath("/signin")
	theo := app.as("theo")
	page.Click("button[value=theo]").WantPath("/")
	page.live()
	testkit.Eventually(t, "the subscription is Theo's", testkit.Patience, func() bool { return len(app.devices(theo)) == 1 })
}
