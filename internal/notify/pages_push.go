package notify

import (
	"context"
	"net/http"
	"net/url"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/web"
)

// PushPages registers the list of devices and its forms, which work without
// JavaScript.
func PushPages(g *echo.Group, p *Pusher) {
	pages := pushPages{p}
	g.GET("/notifications/devices", account.PageAction(pages.devices))
	g.POST("/notifications/devices/:id/test", account.PageAction(pages.test))
	g.POST("/notifications/devices/:id/remove", account.PageAction(pages.remove))
}

type pushPages struct{ pushes *Pusher }

// pushView is the section of the settings for pushes.
type pushView struct {
	devices []Device
	note    string // the result of the last form; may be empty
	failed  bool   // the note reports a failure
}

func (v pushView) tone() web.Tone {
	if v.failed {
		return web.ToneBad
	}
	return web.ToneOK
}

func (v pushView) icon() string {
	if v.failed {
		return "triangle-alert"
	}
	return "circle-check"
}

// pushNotes are the notes after a form was sent, by the value of "pushed" in the URL.
// Other values have no note.
var pushNotes = map[string]pushView{
	"sent":    {note: "Test notification sent."},
	"refused": {note: "The push service rejected the notification. The device list shows the reason.", failed: true},
	"removed": {note: "Device removed. It won’t get push notifications anymore."},
}

// PushForm returns the section of the settings for pushes; pushed is a key of
// pushNotes or empty.
func (p *Pusher) PushForm(ctx context.Context, userID int64, pushed string) (templ.Component, error) {
	v := pushNotes[pushed]
	var err error
	v.devices, err = p.Devices(ctx, userID)
	return pushSection(v), err
}

func (p pushPages) devices(c echo.Context, who account.User, _ nothing) error {
	devices, err := p.pushes.Devices(c.Request().Context(), who.ID)
	if err != nil {
		return err
	}
	return action.Page(c, http.StatusOK, deviceList(devices))
}

func (p pushPages) test(c echo.Context, who account.User, in noticeInput) error {
	failure, err := p.pushes.Test(c.Request().Context(), who.ID, int64(in.ID))
	if err != nil {
		return err
	}
	if failure != "" {
		return afterPush(c, "refused")
	}
	return afterPush(c, "sent")
}

func (p pushPages) remove(c echo.Context, who account.User, in noticeInput) error {
	if err := p.pushes.Remove(c.Request().Context(), who.ID, int64(in.ID)); err != nil {
		return err
	}
	return afterPush(c, "removed")
}

func afterPush(c echo.Context, what string) error {
	return c.Redirect(http.StatusSeeOther, "/settings?"+url.Values{"pushed": {what}}.Encode()+"#push")
}
