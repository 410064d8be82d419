package web

import (
	"context"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 21, 9, 13, 0, 0, time.UTC) // a Saturday

func TestAgoUsesFewWords(t *testing.T) {
	for at, want := range map[time.Time]string{
		now.Add(time.Second):         "just now", // a clock that is slightly ahead
		now.Add(-59 * time.Second):   "just now",
		now.Add(-2 * time.Minute):    "2 min",
		now.Add(-59 * time.Minute):   "59 min",
		now.Add(-9 * time.Hour):      "00:13",
		now.Add(-10 * time.Hour):     "Fri",
		now.AddDate(0, 0, -5):        "Mon",
		now.AddDate(0, 0, -19):       "2 Nov",
		now.AddDate(-1, 0, 0):        "21 Nov 2025",
		now.AddDate(0, 0, -6):        "15 Nov",
		now.Add(-60*time.Minute - 1): "08:12",
	} {
		if got := ago(at, now); got != want {
			t.Errorf("%s: %q, want %q", at, got, want)
		}
	}
}

func TestSeenEndsASentence(t *testing.T) {
	for at, want := range map[time.Time]string{
		now.Add(-time.Second):     "just now",
		now.Add(-5 * time.Minute): "5 min ago",
		now.Add(-9 * time.Hour):   "at 00:13",
		now.Add(-10 * time.Hour):  "on Fri",
		now.AddDate(0, 0, -19):    "on 2 Nov",
	} {
		if got := seen(at, now); got != want {
			t.Errorf("%s: %q, want %q", at, got, want)
		}
	}
}

func TestDayIsAHeading(t *testing.T) {
	for at, want := range map[time.Time]string{
		now:                   "Today",
		now.AddDate(0, 0, -1): "Yesterday",
		now.AddDate(0, 0, -3): "Wednesday",
		now.AddDate(0, 0, -7): "Saturday 14 November",
		now.AddDate(-2, 0, 0): "21 November 2024",
	} {
		if got := day(at, now); got != want {
			t.Errorf("%s: %q, want %q", at, got, want)
		}
	}
}

// The day that summer time begins has 23 hours.
func TestDayIsYesterdayAcrossAClockChange(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones here")
	}
	morning := time.Date(2026, 3, 30, 0, 30, 0, 0, zone) // the clocks went forward on the 29th
	if got := day(morning.Add(-2*time.Hour), morning); got != "Yesterday" {
		t.Errorf("%q, want Yesterday", got)
	}
}

func TestClockIsInTheZoneOfTheContext(t *testing.T) {
	zone := time.FixedZone("somewhere", 3*60*60)
	html := render(t, WithZone(context.Background(), zone), Clock(now))
	for _, want := range []string{`>12:13</time>`, `datetime="2026-11-21T09:13:00Z"`, `title="Saturday 21 November 2026, 12:13"`} {
		if !strings.Contains(html, want) {
			t.Errorf("%s lacks %s", html, want)
		}
	}
	if html := render(t, context.Background(), Clock(now)); !strings.Contains(html, ">09:13<") {
		t.Errorf("without a zone: %s", html)
	}
}
