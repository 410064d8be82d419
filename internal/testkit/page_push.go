package testkit

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
)

// Notifications answers, for this person, whether the app may show any:
// "granted" or "denied".
func (p *Page) Notifications(answer string) *Page {
	p.t.Helper()
	within := chromedp.FromContext(p.ctx)
	_, err := cdp.Call(p.ctx, within.Browser, browser.SetPermission, browser.SetPermissionParams{
		Permission: &browser.PermissionDescriptor{Name: "notifications"}, Setting: browser.PermissionSetting(answer),
		Origin: p.baseURL, BrowserContextID: within.BrowserContextID,
	})
	if err != nil {
		p.fail(describe("answer about notifications", err))
	}
	return p
}

// fakePush stands for the browser's own connection to a push service, which
// browsers under test have none of.
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

// PushesTo makes the browser subscribe as this device, from the next page on.
func (p *Page) PushesTo(d *PushDevice) *Page {
	p.t.Helper()
	subscription, err := json.Marshal(d.Subscription())
	if err != nil {
		p.t.Fatal(err)
	}
	return p.do("fake the push service", command(page.AddScriptToEvaluateOnNewDocument,
		page.AddScriptToEvaluateOnNewDocumentParams{Source: fmt.Sprintf(fakePush, subscription)}))
}

// DeliverPush hands the app's service worker what came to the device, and waits
// until it has done with it: who asks Chromium for the notifications while one
// is about to be shown makes it forget that one.
func (p *Page) DeliverPush(push Push) *Page {
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

// recordPushes makes the browser tell of what becomes of pushes from now on.
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
	return errors.New("the service worker never had done with it")
}

// worker finds the registration of the app's service worker, of which the
// browser tells whoever begins to listen.
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

// ClickNotification clicks on the one that the device shows under the tag, as
// far as a test can: the worker hears of it, but may bring no window to the front.
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

// clickIn stays with the worker until the test ends: a click that no person made
// does not keep it alive until it has done all.
func (p *Page) clickIn(id target.ID, tag string) error {
	worker, cancel := chromedp.NewContext(p.ctx, chromedp.WithTargetID(id))
	p.t.Cleanup(cancel)
	_, err := chromedp.Run(worker, chromedp.Evaluate[bool](fmt.Sprintf(`(async () => {
		const [notification] = await registration.getNotifications({tag: %q});
		return dispatchEvent(new NotificationEvent("notificationclick", {notification}));
	})()`, tag), chromedp.EvalAwaitPromise))
	return err
}
