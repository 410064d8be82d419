package web

import (
	"context"
	"time"
)

type zoneKey struct{}

// WithZone returns a context with the user's time zone, for the components. A
// nil zone returns ctx itself.
func WithZone(ctx context.Context, zone *time.Location) context.Context {
	if zone == nil {
		return ctx
	}
	return context.WithValue(ctx, zoneKey{}, zone)
}

// Zone returns the user's time zone, or UTC if ctx has none.
func Zone(ctx context.Context) *time.Location {
	if zone, ok := ctx.Value(zoneKey{}).(*time.Location); ok {
		return zone
	}
	return time.UTC
}

// ago returns a past time in few words: "just now", "2 min", "09:04", "Tue",
// "2 Nov", "2 Nov 2024". Both times must be in the user's zone.
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

// seen is ago for the end of a sentence: "just now", "5 min ago", "at 09:04",
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

// until returns a future time for the end of a sentence: "at 15:04", "tomorrow
// at 09:00", "on Mon at 09:00", "on 2 Nov at 09:00".
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

// day returns a date for a heading: "Today", "Yesterday", "Tuesday",
// "Tuesday 2 November", "2 November 2024".
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
