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
	return about + ": switched off"
}

func (q *Quiet) text(zone *time.Location) string {
	switch {
	case q == nil:
		return "You have none"
	case q.Now:
		return "It was quiet, until " + time.Time(*q.Ends).In(zone).Format("15:04")
	}
	return "Not then: " + q.From + " to " + q.To + ", " + q.TimeZone
}

func (a Attention) text() string {
	if a.Active {
		return a.Status + ", and at a tab"
	}
	return a.Status + ", at no tab"
}

var inAppTexts = map[InApp]string{
	Shown:       "Shown in the bell, with a toast",
	AlreadySeen: "In the list, as read: you were looking at it",
	Hidden:      "Left out, as you prefer",
}

var pushTexts = map[Push]string{
	PushOff:         "Not sent, as you prefer",
	PushAlreadySeen: "Not sent: you were looking at it",
	PushQuiet:       "Not sent in your quiet hours",
	PushBusy:        "Not sent: you did not want to be disturbed",
	PushPresent:     "Not sent: you were at a tab",
	PushDue:         "Soon, unless you come back first",
	PushRead:        "Not sent: you had read it",
	PushNoDevice:    "Not sent: you have switched it on nowhere",
	PushSent:        "Sent",
}

var deliveryTexts = map[string]string{
	deliveryWaiting: "on its way", deliveryPushed: "sent", deliveryFailed: "not sent", deliveryUnsubscribed: "not subscribed any more",
	deliveryDropped: "not sent: you had read it", deliveryWithdrawing: "being closed, as you have read it",
	deliveryWithdrawn: "closed, as you have read it", deliveryLeft: "stays until that browser opens Hubbub",
}
