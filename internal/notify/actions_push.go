package notify

import (
	"encoding/json"

	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
)

// PushActions registers the routes of Web Push under /api. All are about the caller's
// own devices: those of other users do not exist for the caller.
func PushActions(api *echo.Group, p *Pusher) {
	a := pushActions{p}
	api.GET("/push/key", account.Action(a.key))
	api.GET("/push/subscriptions", account.Action(a.devices))
	api.POST("/push/subscriptions", account.Action(a.subscribe))
	api.DELETE("/push/subscriptions", account.Action(a.unsubscribe))
	api.DELETE("/push/subscriptions/:id", account.Action(a.remove))
	api.POST("/push/subscriptions/:id/test", account.Action(a.test))
}

type pushActions struct{ pushes *Pusher }

// Key is the public key that a browser subscribes with.
type Key struct {
	Key string `json:"key"` // base64url
}

func (a pushActions) key(c echo.Context, _ account.User, _ nothing) error {
	key, err := a.pushes.Key(c.Request().Context())
	return action.Answer(c, Key{key}, err)
}

func (a pushActions) devices(c echo.Context, who account.User, _ nothing) error {
	devices, err := a.pushes.Devices(c.Request().Context(), who.ID)
	return action.Answer(c, devices, err)
}

// subscriptionInput is a browser's PushSubscription, as its toJSON returns it.
type subscriptionInput struct {
	Endpoint string `json:"endpoint" required:"true"`
	Keys     struct {
		P256dh string `json:"p256dh"`
		Auth   string `json:"auth"`
	} `json:"keys" required:"true"`
	ExpirationTime json.RawMessage `json:"expirationTime"` // ignored: the push service reports the end of a subscription
	Renew          action.Bool     `json:"renew"`
	Key            string          `json:"key"`      // that it was made with
	Replaces       string          `json:"replaces"` // an endpoint
}

func (a pushActions) subscribe(c echo.Context, who account.User, in subscriptionInput) error {
	caller, err := account.SignedIn(c.Request().Context())
	if err != nil {
		return err
	}
	browser := Browser{
		Session: caller.Session, Device: account.BrowserOf(c.Request().UserAgent()),
		Renew: bool(in.Renew), Key: in.Key, Replaces: in.Replaces,
	}
	subscription := Subscription{Endpoint: in.Endpoint, P256dh: in.Keys.P256dh, Auth: in.Keys.Auth}
	return action.NoContent(c, a.pushes.Subscribe(c.Request().Context(), who.ID, browser, subscription))
}

type endpointInput struct {
	Endpoint string `json:"endpoint" required:"true"`
}

func (a pushActions) unsubscribe(c echo.Context, who account.User, in endpointInput) error {
	return action.NoContent(c, a.pushes.Unsubscribe(c.Request().Context(), who.ID, in.Endpoint))
}

func (a pushActions) remove(c echo.Context, who account.User, in noticeInput) error {
	return action.NoContent(c, a.pushes.Remove(c.Request().Context(), who.ID, int64(in.ID)))
}

// TestResult is the result of a test push.
type TestResult struct {
	Delivered bool   `json:"delivered"` // the push service accepted it
	Failure   string `json:"failure"`   // why it did not
}

func (a pushActions) test(c echo.Context, who account.User, in noticeInput) error {
	failure, err := a.pushes.Test(c.Request().Context(), who.ID, int64(in.ID))
	return action.Answer(c, TestResult{Delivered: failure == "", Failure: failure}, err)
}
