package notify

import (
	"context"
	"time"

	"hubbub/web"
)

// reason is a line of why somebody was told.
type reason struct{ about, says string }

// reasons tell, in the order in which they counted, what was weighed and what
// came of it.
func (e explained) reasons(ctx context.Context) []reason {
	w := e.why
	reasons := []reason{
		{"Rule", w.Rule},
		{"Preference", w.Preference.words(e.Type)},
		{"Quiet hours", w.QuietHours.words(web.Zone(ctx))},
		{"You were", w.Presence.words()},
		{"In the app", inAppWords[w.Result.InApp]},
		{"Push", pushWords[w.Result.Push]},
	}
	for _, d := range w.Devices {
		reasons = append(reasons, reason{d.Device, d.words()})
	}
	return reasons
}

func (d Delivery) words() string {
	if d.Detail == "" {
		return deliveryWords[d.State]
	}
	return deliveryWords[d.State] + ": " + d.Detail
}

func (c Channels) words(t Type) string {
	about := typeWords[t]
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

func (q *Quiet) words(zone *time.Location) string {
	switch {
	case q == nil:
		return "You have none"
	case q.Now:
		return "It was quiet, until " + time.Time(*q.Ends).In(zone).Format("15:04")
	}
	return "Not then: " + q.From + " to " + q.To + ", " + q.TimeZone
}

func (a Attending) words() string {
	if a.Active {
		return a.Status + ", and at a tab"
	}
	return a.Status + ", at no tab"
}

var inAppWords = map[InApp]string{
	Shown:  "Shown in the bell, with a toast",
	Known:  "In the list, as read: you were looking at it",
	Hidden: "Left out, as you prefer",
}

var pushWords = map[Push]string{
	PushOff:     "Not sent, as you prefer",
	PushKnown:   "Not sent: you were looking at it",
	PushQuiet:   "Not sent in your quiet hours",
	PushBusy:    "Not sent: you did not want to be disturbed",
	PushPresent: "Not sent: you were at a tab",
	PushDue:     "Soon, unless you come back first",
	PushRead:    "Not sent: you had read it",
	PushNowhere: "Not sent: you have switched it on nowhere",
	PushSent:    "Sent",
}

var deliveryWords = map[string]string{
	waiting: "on its way", pushed: "sent", failed: "not sent", unsubscribed: "not subscribed any more",
	dropped: "not sent: you had read it", withdrawing: "being closed, as you have read it",
	withdrawn: "closed, as you have read it", left: "stays until that browser opens Hubbub",
}
