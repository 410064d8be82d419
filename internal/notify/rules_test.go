package notify

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"hubbub/internal/base/fault"
	"hubbub/internal/live/wire"
)

func TestNotificationTitleHasNamesAndCounts(t *testing.T) {
	one := cause{title: Who + " reacted 🎉 to your message", titles: Who + " reacted to your message"}
	message := cause{title: Who + " sent you a message", titles: Who + " sent you " + Many + " messages"}
	for want, g := range map[string]group{
		"Theo reacted 🎉 to your message":            {newest: one, names: []string{"Theo"}, causes: 1},
		"Theo reacted to your message":              {newest: one, names: []string{"Theo"}, causes: 2},
		"Theo and Lin reacted to your message":      {newest: one, names: []string{"Theo", "Lin"}, causes: 2},
		"Theo and 3 others reacted to your message": {newest: one, names: []string{"Theo", "Lin", "Sam", "Maya"}, causes: 9},
		"Maya sent you 12 messages":                 {newest: message, names: []string{"Maya"}, causes: 12},
		"{n} {who} sent you 2 messages":             {newest: message, names: []string{"{n} {who}"}, causes: 2},
		"Someone sent you a message":                {newest: message, causes: 1},
		"The server restarts":                       {newest: cause{title: "The server restarts"}, causes: 3},
	} {
		if got := g.title(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestQuietHoursFollowLocalTime(t *testing.T) {
	night := func(zone string) *QuietHours { return &QuietHours{From: "22:00", To: "07:00", TimeZone: zone} }
	lunch := &QuietHours{From: "12:00", To: "13:30", TimeZone: "Asia/Kolkata"}
	early := &QuietHours{From: "01:30", To: "02:30", TimeZone: "Europe/Berlin"}
	for _, c := range []struct {
		hours     *QuietHours
		now, ends string // ends is empty if it is not quiet
	}{
		{night("UTC"), "2026-11-21T21:59:59Z", ""},
		{night("UTC"), "2026-11-21T22:00:00Z", "2026-11-22T07:00:00Z"},
		{night("UTC"), "2026-11-22T00:00:00Z", "2026-11-22T07:00:00Z"},
		{night("UTC"), "2026-11-22T06:59:59Z", "2026-11-22T07:00:00Z"},
		{night("UTC"), "2026-11-22T07:00:00Z", ""},
		{night("Europe/Berlin"), "2026-11-21T21:30:00Z", "2026-11-22T06:00:00Z"},
		{night("America/New_York"), "2026-11-21T21:30:00Z", ""},
		{lunch, "2026-11-21T07:15:00Z", "2026-11-21T08:00:00Z"},
		{lunch, "2026-11-21T08:00:00Z", ""},
		// The clocks are put forward from 02:00 to 03:00: the night is an hour shorter.
		{night("Europe/Berlin"), "2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z"},
		{early, "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z"},
		{early, "2026-03-29T01:00:00Z", ""},
		// The clocks are put back from 03:00 to 02:00: the night is an hour longer.
		{night("Europe/Berlin"), "2026-10-24T21:00:00Z", "2026-10-25T06:00:00Z"},
		{early, "2026-10-25T00:15:00Z", "2026-10-25T00:30:00Z"},
		{early, "2026-10-25T00:45:00Z", ""},
		{early, "2026-10-25T01:15:00Z", "2026-10-25T01:30:00Z"},
		{&QuietHours{From: "07:00", To: "06:59", TimeZone: "UTC"}, "2026-11-21T07:00:00Z", "2026-11-22T06:59:00Z"},
		{nil, "2026-11-21T07:00:00Z", ""},
	} {
		now, _ := time.Parse(time.RFC3339, c.now)
		quiet, ends := c.hours.at(now)
		if quiet != (c.ends != "") || quiet && ends.UTC().Format(time.RFC3339) != c.ends {
			t.Errorf("%+v at %s: %v until %s, want %q", c.hours, c.now, quiet, ends.UTC().Format(time.RFC3339), c.ends)
		}
	}
}

func TestNotificationDecision(t *testing.T) {
	all, off := defaultPreferences(), defaultPreferences()
	off.Types[Mention] = Channels{}
	asleep := defaultPreferences()
	asleep.QuietHours = &QuietHours{From: "22:00", To: "07:00", TimeZone: "UTC"}
	night := time.Date(2026, 11, 21, 23, 0, 0, 0, time.UTC)
	gone, here, busy := Attention{Status: "offline"}, Attention{Status: "online", Active: true}, Attention{Status: "busy"}
	for want, w := range map[Result]Why{
		{Shown, PushDue}:               newWhy(Notification{Type: Mention}, all, gone, night),
		{Shown, PushPresent}:           newWhy(Notification{Type: Mention}, all, here, night),
		{Shown, PushBusy}:              newWhy(Notification{Type: Mention}, all, busy, night),
		{Shown, PushQuiet}:             newWhy(Notification{Type: Mention}, asleep, here, night),
		{Hidden, PushOff}:              newWhy(Notification{Type: Mention}, off, gone, night),
		{AlreadySeen, PushAlreadySeen}: newWhy(Notification{Type: Mention, Read: true}, asleep, gone, night),
	} {
		if w.Result != want {
			t.Errorf("%+v, want %+v", w, want)
		}
	}
	w := newWhy(Notification{Type: Mention, Rule: "because"}, asleep, here, night)
	if w.Rule != "because" || !w.QuietHours.Now || w.QuietHours.TimeZone != "UTC" || *w.QuietHours.Ends != wire.Time(night.Add(8*time.Hour)) {
		t.Errorf("why is %+v, %+v", w, w.QuietHours)
	}
}

func TestPreferencesDefaultToOn(t *testing.T) {
	p, err := ParsePreferences(json.RawMessage(`{"mention":{"push":false},"direct":{}}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Types) != len(Types) || p.Types[Mention] != (Channels{InApp: true}) || p.Types[Direct] != (Channels{true, true}) || p.QuietHours != nil {
		t.Errorf("the preferences are %+v", p)
	}
	for _, wrong := range []string{`null`, `[]`, `{"mention":{"inApp":1}}`, `{"mention":null,"mentoin":{}}`} {
		if _, err := ParsePreferences(json.RawMessage(wrong), nil); !fault.Is(err, http.StatusUnprocessableEntity) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

func TestNotificationEventsSuitClientsThatCount(t *testing.T) {
	later := wire.Time(time.Unix(1, 0))
	for _, c := range []struct {
		ch   noticeChange
		want string // event and verb
	}{
		{noticeChange{shown: true, createdSeq: 6, kind: changeCreated}, "notification created"},
		{noticeChange{shown: true, createdSeq: 6, kind: changeUpdated}, "notification created"}, // and another cause has joined it
		{noticeChange{shown: true, createdSeq: 6, kind: changeUnsnoozed}, "notification created"},
		{noticeChange{shown: true, createdSeq: 6, kind: changeCreated, Notice: Notice{Read: true}}, "notificationUpdated updated"}, // seen already
		{noticeChange{shown: true, createdSeq: 6, kind: changeRead, Notice: Notice{Read: true}}, "notificationUpdated updated"},
		{noticeChange{shown: true, createdSeq: 6, kind: changeSnoozed, Notice: Notice{SnoozedUntil: &later}}, "notificationUpdated snoozed"},
		{noticeChange{shown: true, createdSeq: 6, kind: changeRemoved}, ""},
		{noticeChange{shown: false, createdSeq: 6, kind: changeCreated}, ""},
		{noticeChange{shown: true, createdSeq: 5, kind: changeUpdated}, "notificationUpdated updated"},
		{noticeChange{shown: true, createdSeq: 5, kind: changeRead, Notice: Notice{Read: true}}, "notificationRead "},
		{noticeChange{shown: true, createdSeq: 5, kind: changeSnoozed, Notice: Notice{SnoozedUntil: &later}}, "notificationUpdated snoozed"},
		{noticeChange{shown: true, createdSeq: 5, kind: changeUnsnoozed}, "notificationUpdated woken"},
		{noticeChange{shown: true, createdSeq: 5, kind: changeRemoved}, "notificationRemoved "},
	} {
		got := ""
		if ev, ok := c.ch.event(5); ok {
			body, _ := ev.Data.(NoticeEvent)
			got = ev.Name + " " + body.Verb
		}
		if got != c.want {
			t.Errorf("%+v is sent as %q, want %q", c.ch, got, c.want)
		}
	}
}
