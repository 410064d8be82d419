package web

import (
	"testing"
	"time"

	"hubbub/web/jstest"
)

func TestCountIsThatOfScripts(t *testing.T) {
	for _, c := range jstest.Rules[struct {
		N           int
		Mention     bool
		Text, Label string
	}](t, "counts") {
		p := CountProps{N: c.N, Mention: c.Mention}
		if p.Text() != c.Text || p.label() != c.Label {
			t.Errorf("%+v: %q and %q", c, p.Text(), p.label())
		}
	}
}

func TestInitialsAreThoseOfScripts(t *testing.T) {
	for _, c := range jstest.Rules[struct{ Name, Initials string }](t, "initials") {
		if got := Initials(c.Name); got != c.Initials {
			t.Errorf("%q: %q, want %q", c.Name, got, c.Initials)
		}
	}
}

func TestStandingIsThatOfScripts(t *testing.T) {
	for _, c := range jstest.Rules[struct {
		Status      Presence
		Text, Words string
		Seen        bool
	}](t, "presence") {
		p := StandingProps{Presence: c.Status, Text: c.Text}
		if c.Seen {
			p.LastSeen = &now
		}
		if got := p.words(); got != c.Words {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

func TestTimesAreThoseOfScripts(t *testing.T) {
	styles := map[string]func(at, now time.Time) string{"ago": ago, "seen": seen, "until": until, "day": day}
	for _, c := range jstest.Rules[struct{ Style, Now, At, Words string }](t, "times") {
		if got := styles[c.Style](parseTime(t, c.At), parseTime(t, c.Now)); got != c.Words {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

func parseTime(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02T15:04:05", text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
