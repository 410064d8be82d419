package notify

import (
	"time"

	"hubbub/internal/account"
	"hubbub/internal/live/wire"
	"hubbub/web"
)

// Samples are notify's own components for the styleguide, in their states.
func Samples() []web.Section {
	return []web.Section{
		{Title: "Notifications", Body: listSample()},
		{Title: "Why you got a notification", Body: whySample()},
	}
}

var (
	sampleTheo  = account.Profile{ID: 3, FullName: "Theo Martin", Hue: 4}
	sampleMaya  = account.Profile{ID: 2, FullName: "Maya Okafor", Hue: 7}
	samplePriya = account.Profile{ID: 4, FullName: "Priya Raman", Hue: 8}
)

// sampleNotices returns notifications that are unread, with several actors, without
// an actor, and snoozed. Their ids are negative, so that they differ from those at
// the bell of the styleguide.
func sampleNotices() []Notice {
	now := time.Now()
	tomorrow := wire.Time(now.AddDate(0, 0, 1))
	return []Notice{
		{ID: -4, Type: Mention, Title: "Theo Martin mentioned you in #launch-week", Message: "can you watch p95 while I switch traffic?", CreatedAt: wire.Time(now.Add(-2 * time.Minute)), Actors: []account.Profile{sampleTheo}},
		{ID: -3, Type: Reaction, Title: "Maya Okafor and 3 others reacted 🎉 to your message", Message: "Shipped.", CreatedAt: wire.Time(now.Add(-26 * time.Hour)), Actors: []account.Profile{sampleMaya, samplePriya, sampleTheo}},
		{ID: -2, Type: Order, Title: "New order #1042", Message: "Acme, 3 × Standing desk", Read: true, CreatedAt: wire.Time(now.Add(-27 * time.Hour))},
		{ID: -1, Type: Direct, Title: "Maya Okafor sent you a message", SnoozedUntil: &tomorrow, CreatedAt: wire.Time(now.Add(-28 * time.Hour)), Actors: []account.Profile{sampleMaya}},
	}
}

func sampleWhy() explainedNotice {
	return explainedNotice{Notice: sampleNotices()[0], why: Why{
		Rule: "Someone mentioned you in a message.", Preference: Channels{InApp: true, Push: true},
		Presence: Attention{Status: "online", Active: true}, Result: Result{InApp: Shown, Push: PushPresent},
	}}
}
