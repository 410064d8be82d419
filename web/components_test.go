package web

import (
	"context"
	"strings"
	"testing"
	"time"

	"hubbub/internal/base/fault"
)

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"Sam Rivera": "SR", "maya okafor": "MO", "Prince": "P", "": "", "  Ana  María López ": "AM", "李 伟": "李伟", "élodie": "É",
	} {
		if got := Initials(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestCountShowsAtMost99AndNothingForZero(t *testing.T) {
	for n, want := range map[int]string{1: "1", 99: "99", 100: "99+"} {
		if html := render(t, context.Background(), Count(CountProps{N: n})); !strings.Contains(html, ">"+want+"<") {
			t.Errorf("%d: %s", n, html)
		}
	}
	if html := render(t, context.Background(), Count(CountProps{})); html != "" {
		t.Errorf("0 renders %s", html)
	}
}

func TestIconButtonHasALabel(t *testing.T) {
	html := render(t, context.Background(), IconButton(IconButtonProps{Icon: "smile", Label: "React"}))
	if !strings.Contains(html, `aria-label="React"`) || !strings.Contains(html, `type="button"`) {
		t.Error(html)
	}
}

func TestFieldPointsAtItsError(t *testing.T) {
	for _, props := range []FieldProps{{ID: "name", Error: "Too long."}, {ID: "name", Error: "Too long.", Rows: 3}} {
		html := render(t, context.Background(), Field(props))
		for _, want := range []string{`aria-invalid="true"`, `aria-describedby="name-note"`, `id="name-note"`, "Too long."} {
			if !strings.Contains(html, want) {
				t.Errorf("%s lacks %s", html, want)
			}
		}
	}
}

func TestHitMarksTheMatch(t *testing.T) {
	for _, c := range []struct{ title, match, want string }{
		{"launch-week", "LAU", "<mark>lau</mark>nch-week"},
		{"launch-week", "week", "launch-<mark>week</mark>"},
		{"<b>", "b", "&lt;<mark>b</mark>&gt;"},
		{"launch-week", "none", "launch-week"},
		{"İstanbul", "stan", "İstanbul"},
	} {
		html := render(t, context.Background(), Hit(HitProps{Title: c.title, Match: c.match}))
		if !strings.Contains(html, c.want) {
			t.Errorf("%s lacks %s", html, c.want)
		}
	}
}

func TestProblemShowsNoCodes(t *testing.T) {
	for status := 400; status < 600; status++ {
		problem := newProblem("/rooms/3", fault.New(status, ""))
		text := problem.title + problem.body + problem.action
		if problem.title == "" || problem.body == "" || problem.action == "" || problem.href == "" {
			t.Errorf("%d: incomplete problem %+v", status, problem)
		}
		if strings.ContainsAny(text, "!0123456789") || strings.Contains(text, "Oops") {
			t.Errorf("%d: %q", status, text)
		}
	}
}

func TestProblemShowsTheFaultsDetail(t *testing.T) {
	html := render(t, context.Background(), Problem("/", fault.Forbidden("The room is private."), "7f3a"))
	for _, want := range []string{"The room is private.", "Reference 7f3a"} {
		if !strings.Contains(html, want) {
			t.Errorf("%s lacks %q", html, want)
		}
	}
}

func TestStandingShowsPresenceInWords(t *testing.T) {
	seen := time.Now().Add(-5 * time.Minute)
	for want, p := range map[string]StandingProps{
		"Online":                       {Presence: Online, LastSeen: &seen},
		"Away · lunch until 2":         {Presence: Away, Text: "lunch until 2"},
		"Do not disturb":               {Presence: Busy},
		"Invisible":                    {Presence: Invisible},
		"Offline":                      {Presence: Offline},
		"5 min ago</time>":             {Presence: Offline, LastSeen: &seen},
		`data-standing-of="7">`:        {Person: 7},
		"on holiday &lt;b&gt;":         {Presence: Away, Text: "on holiday <b>"},
		`>Last seen <time class="num"`: {Presence: Offline, LastSeen: &seen},
	} {
		if html := render(t, t.Context(), Standing(p)); !strings.Contains(html, want) {
			t.Errorf("%s lacks %s", html, want)
		}
	}
}
