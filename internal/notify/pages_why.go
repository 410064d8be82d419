package notify

import (
	"context"
	"time"

	"hubbub/web"
)

// reason is one line of the explanation of a notification.
type reason struct{ label, text string }

// reasons returns what the decision followed from, in the order in which it counted,
// and the result.
func (e explainedNotice) reasons(ctx context.Context) []reason {
	w := e.why
	reasons := []reason{
		{"Rule", w.Rule},
		{"Preference", w.Preference.text(e.Type)},
		{"Quiet hours", w.QuietHours.text(web.Zone(ctx))},
		{"You were", w.Presence.text()},
		{"In the app", inAppTexts[w.Result.InApp]},
		{"Push", pushTexts[w.Result.Push]},
	}
	for _, d := range w.Devices {
		reasons = append(reasons, reason{d.Device, d.text()})
	}
	return reasons
}

func (d Delivery) text() string {
	if d.Detail == "" {
		return deliveryTexts[d.State]
	}
	return deliveryTexts[d.State] + ": " + d.Detail
}

func (c Channels) text(t Type) string {
	about := typeLabels[t]
	switch {
	case c.InApp && c.Push:
		return about + ": in the app and by push"
	case c.InApp:
		return about + ": in the app only"
	case c.Push:
		return about + ": by push only"
	}
	return about + ": off"
}

func (q *Quiet) text(zone *time.Location) string {
	switch {
	case q == nil:
		return "None set"
	case q.Now:
		return "On, until " + time.Time(*q.Ends).In(zone).Format("15:04")
	}
	return "Off at the time: " + q.From + " to " + q.To + ", " + q.TimeZone
}

func (a Attention) text() string {
	if a.Active {
		return a.Status + ", active in a tab"
	}
	return a.Status + ", not active in a tab"
}

var inAppTexts = map[InApp]string{
	Shown:       "Shown in the bell and as a pop-up",
	AlreadySeen: "Added as read: you were looking at it",
	Hidden:      "Not shown: you turned it off",
}

var pushTexts = map[Push]string{
	PushOff:         "Not sent: you turned it off",
	PushAlreadySeen: "Not sent: you were looking at it",
	PushQuiet:       "Not sent: quiet hours",
	PushBusy:        "Not sent: Do not disturb was on",
	PushPresent:     "Not sent: you were active in a tab",
	PushDue:         "Waiting to see if you come back first",
	PushRead:        "Not sent: you had already read it",
	PushNoDevice:    "Not sent: push is off on all your devices",
	PushSent:        "Sent",
}

var deliveryTexts = map[string]string{
	deliveryWaiting: "on its way", deliveryPushed: "sent", deliveryFailed: "not sent", deliveryUnsubscribed: "no longer subscribed",
	deliveryDropped: "not sent: you had already read it", deliveryWithdrawing: "closing, because you read it",
	deliveryWithdrawn: "closed, because you read it", deliveryLeft: "stays until that browser opens Hubbub",
}
