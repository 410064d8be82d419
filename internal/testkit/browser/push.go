package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/chromedp/cdproto/backgroundservice"
	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"hubbub/internal/testkit"
)

// Notifications sets, for this person, whether the app may show notifications:
// "granted" or "denied".
func (p *Page) Notifications(answer string) *Page {
	p.t.Helper()
	within := chromedp.FromContext(p.ctx)
	_, err := cdp.Call(p.ctx, within.Browser, browser.SetPermission, browser.SetPermissionParams{
		Permission: &browser.PermissionDescriptor{Name: "notifications"}, Setting: browser.PermissionSetting(answer),
		Origin: p.baseURL, BrowserContextID: within.BrowserContextID,
	})
	if err != nil {
		p.fail(describe("set the permission for notifications", err))
	}
	return p
}

// fakePush replaces the browser's connection to a push service, which a browser under
// test does not have.
const fakePush = `(json => {
	const subscribed = key => ({
		...json, options: {applicationServerKey: Uint8Array.from(atob(key.replaceAll("-", "+").replaceAll("_", "/")), c => c.charCodeAt(0)).buffer},
		toJSON: () => json, unsubscribe: async () => (localStorage.removeItem("fake push"), true)
	});
	PushManager.prototype.getSubscription = async () => {
		const key = localStorage.getItem("fake push");
		return key ? subscribed(key) : null;
	};
	PushManager.prototype.subscribe = async ({applicationServerKey}) => {
		localStorage.setItem("fake push", applicationServerKey);
		return subscribed(applicationServerKey);
	};
})(%s)`

// PushesTo makes the browser subscribe to push as this device, from the next page on.
func (p *Page) PushesTo(d *testkit.PushDevice) *Page {
	p.t.Helper()
	subscription, err := json.Marshal(d.Subscription())
	if err != nil {
		p.t.Fatal(err)
	}
	return p.do("fake the push service", command(page.AddScriptToEvaluateOnNewDocument,
		page.AddScriptToEvaluateOnNewDocumentParams{Source: fmt.Sprintf(fakePush, subscription)}))
}

// DeliverPush delivers the push to the app's service worker and waits until the worker
// has handled it. Without the wait, reading the notifications from Chromium while one
// is about to be shown would lose that one.
func (p *Page) DeliverPush(push testkit.Push) *Page {
	p.t.Helper()
	return p.do("deliver a push", chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		id, err := p.worker(ctx, tab)
		if err != nil {
			return err
		}
		events := chromedp.Events(ctx, backgroundservice.BackgroundServiceEventReceived)
		if err := recordPushes(ctx, tab); err != nil {
			return err
		}
		_, err = cdp.Call(ctx, tab, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{
			Origin: p.baseURL, RegistrationID: id, Data: push.Text,
		})
		if err != nil {
			return err
		}
		return completed(events)
	}))
}

// recordPushes makes the browser report how pushes are handled from now on.
func recordPushes(ctx context.Context, tab *chromedp.Target) error {
	const pushes = backgroundservice.ServiceNamePushMessaging
	_, err1 := cdp.Call(ctx, tab, backgroundservice.ClearEvents, backgroundservice.ClearEventsParams{Service: pushes})
	_, err2 := cdp.Call(ctx, tab, backgroundservice.StartObserving, backgroundservice.StartObservingParams{Service: pushes})
	_, err3 := cdp.Call(ctx, tab, backgroundservice.SetRecording, backgroundservice.SetRecordingParams{Service: pushes, ShouldRecord: true})
	return errors.Join(err1, err2, err3)
}

func completed(events iter.Seq2[backgroundservice.EventBackgroundServiceEventReceived, error]) error {
	for event, err := range events {
		if err != nil {
			return err
		}
		if event.BackgroundServiceEvent.EventName == "Push event completed" {
			return nil
		}
	}
	return errors.New("the service worker did not finish handling the push")
}

// worker returns the registration of the app's service worker. The browser reports all
// registrations when its ServiceWorker domain is enabled, so worker enables it again.
func (p *Page) worker(ctx context.Context, tab *chromedp.Target) (serviceworker.RegistrationID, error) {
	events := chromedp.Events(ctx, serviceworker.WorkerRegistrationUpdated)
	for _, listen := range []cdp.Command[cdp.Empty, cdp.Empty]{serviceworker.Disable, serviceworker.Enable} {
		if _, err := cdp.Call(ctx, tab, listen, cdp.Empty{}); err != nil {
			return "", err
		}
	}
	for event, err := range events {
		if err != nil {
			return "", err
		}
		for _, r := range event.Registrations {
			if !r.IsDeleted && strings.HasPrefix(r.ScopeURL, p.baseURL) {
				return r.RegistrationID, nil
			}
		}
	}
	return "", errors.New("there is no service worker")
}

// ClickNotification clicks on the notification with the tag, as far as a test can: the
// worker gets the event, but may not bring a window to the front.
func (p *Page) ClickNotification(tag string) *Page {
	p.t.Helper()
	return p.do("click on a notification", chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		all, err := chromedp.Targets(ctx)
		if err != nil {
			return err
		}
		within := chromedp.FromContext(p.ctx).BrowserContextID
		for _, info := range all {
			if info.Type == "service_worker" && info.URL == p.baseURL+"/sw.js" && info.BrowserContextID == within {
				return p.clickIn(info.TargetID, tag)
			}
		}
		return errors.New("no service worker runs")
	}))
}

// clickIn stays attached to the worker until the test ends, because an artificial click
// does not keep the worker alive until it has handled the event.
func (p *Page) clickIn(id target.ID, tag string) error {
	worker, cancel := chromedp.NewContext(p.ctx, chromedp.WithTargetID(id))
	p.t.Cleanup(cancel)
	_, err := chromedp.Run(worker, chromedp.Evaluate[bool](fmt.Sprintf(`(async () => {
		const [notification] = await registration.getNotifications({tag: %q});
		return dispatchEvent(new NotificationEvent("notificationclick", {notification}));
	})()`, tag), chromedp.EvalAwaitPromise))
	return err
}
