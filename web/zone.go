package web

import (
	"context"
	"time"
)

type zoneKey struct{}

// WithZone gives the components below the reader's time zone; nil is UTC.
func WithZone(ctx context.Context, zone *time.Location) context.Context {
	if zone == nil {
		return ctx
	}
	return context.WithValue(ctx, zoneKey{}, zone)
}

// Zone is the reader's time zone, and UTC where nobody said.
func Zone(ctx context.Context) *time.Location {
	if zone, ok := ctx.Value(zoneKey{}).(*time.Location); ok {
		return zone
	}
	return time.UTC
}

// ago is a moment in the fewest words that place it: "just now", "2 min",
// "09:04", "Tue", "2 Nov", "2 Nov 2024". Both times are in the reader's zone.
func ago(at, now time.Time) string {
	switch passed := now.Sub(at); {
	case passed < time.Minute:
		return "just now"
	case passed < time.Hour:
		return decimal(int(passed.Minutes())) + " min"
	case midnight(at).Equal(midnight(now)):
		return at.Format("15:04")
	case passed < 6*24*time.Hour:
		return at.Format("Mon")
	case at.Year() == now.Year():
		return at.Format("2 Jan")
	}
	return at.Format("2 Jan 2006")
}

// seen is ago as the end of a sentence: "just now", "5 min ago", "at 09:04",
// "on Tue", "on 2 Nov".
func seen(at, now time.Time) string {
	words := ago(at, now)
	switch passed := now.Sub(at); {
	case passed < time.Minute:
		return words
	case passed < time.Hour:
		return words + " ago"
	case midnight(at).Equal(midnight(now)):
		return "at " + words
	}
	return "on " + words
}

// until is a moment to come as the end of a sentence: "at 15:04", "tomorrow at
// 09:00", "on Mon at 09:00", "on 2 Nov at 09:00".
func until(at, now time.Time) string {
	clock, today := "at "+at.Format("15:04"), midnight(now)
	switch start := midnight(at); {
	case start.Equal(today):
		return clock
	case start.Equal(today.AddDate(0, 0, 1)):
		return "tomorrow " + clock
	case at.After(now) && start.Before(today.AddDate(0, 0, 7)):
		return "on " + at.Format("Mon") + " " + clock
	case at.Year() == now.Year():
		return "on " + at.Format("2 Jan") + " " + clock
	}
	return "on " + at.Format("2 Jan 2006") + " " + clock
}

// day is a date as a heading: "Today", "Yesterday", "Tuesday", "Tuesday 2 November".
func day(at, now time.Time) string {
	today := midnight(now)
	switch start := midnight(at); {
	case start.Equal(today):
		return "Today"
	case start.Equal(today.AddDate(0, 0, -1)):
		return "Yesterday"
	case start.After(today.AddDate(0, 0, -6)):
		return at.Format("Monday")
	case at.Year() == now.Year():
		return at.Format("Monday 2 January")
	}
	return at.Format("2 January 2006")
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}
