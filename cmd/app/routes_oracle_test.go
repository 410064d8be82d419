package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"hubbub/internal/testkit"
)

// hidden are the things that an outsider may not know of.
var hidden = []string{"room", "message", "document", "version", "thread", "notification", "device", "endpoint", "session", "token", "search"}

func TestRoutesRevealNoHiddenRecordToOutsiders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, r := range routeTable {
		var names []string
		r.target(func(name string) string {
			if slices.Contains(hidden, name) && !slices.Contains(names, name) {
				names = append(names, name)
			}
			return name
		})
		w.wantHiddenFrom(r, names)
	}
}

// hides compares what is answered of things that do not exist with what is
// answered where some of them do.
func (w *world) wantHiddenFrom(r rule, names []string) {
	w.t.Helper()
	things := &things{world: w, made: map[string]string{}}
	for some := 1; some < 1<<len(names); some++ {
		existing := map[string]bool{}
		for i, name := range names {
			existing[name] = some&(1<<i) != 0
		}
		t := r.target(func(name string) string {
			if slices.Contains(names, name) && !existing[name] {
				return w.missing(name)
			}
			return things.thing(name)
		})
		none := r.target(func(name string) string {
			if slices.Contains(names, name) {
				return w.missing(name)
			}
			return things.thing(name)
		})
		for _, caller := range []string{"nobody", "outsider"} {
			for _, frame := range r.frames() {
				got, want := plain(w.call(caller, t, frame, false), things), plain(w.call(caller, none, frame, false), things)
				if got != want {
					w.t.Errorf("%s, by frame: %v: %s sees of %v %s, but of nothing %s", r.route, frame, caller, existing, got, want)
				}
			}
		}
	}
}

// frames are the ways to call the rule: by HTTP (false), by a frame (true).
func (r rule) frames() []bool {
	switch {
	case r.by == bySocket:
		return []bool{true}
	case r.by == either && strings.Contains(r.route, " /api/"):
		return []bool{false, true}
	}
	return []bool{false}
}

const missingID = "900000001"

// missing is the id, or the endpoint, of what does not exist.
func (w *world) missing(name string) string {
	if name == "endpoint" {
		return w.service.URL + "/" + missingID
	}
	return missingID
}

// plain is an answer without what differs from call to call, and without the ids
// that the caller has sent.
func plain(a testkit.Answer, things *things) string {
	header := http.Header(maps.Clone(a.Header))
	for _, name := range []string{"Date", "X-Request-Id", "Content-Length"} {
		header.Del(name)
	}
	text := fmt.Sprint(a.Status, header, a.Body)
	for _, id := range things.made {
		for _, before := range []string{"/", "%2F", "%3D"} {
			text = strings.ReplaceAll(text, before+id, before+missingID)
		}
	}
	return text
}
