package app_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"hubbub/internal/testkit"
)

// hidden are the records whose existence an outsider must not learn.
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
		w.wantHidden(r, names)
	}
}

// wantHiddenFrom checks that the answers to outsiders are the same whether some of the
// named records exist or not.
func (w *world) wantHidden(r rule, names []string) {
	w.T.Helper()
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
		for _, caller := range []string{"anonymous", "outsider"} {
			for _, frame := range r.frames() {
				got, want := plain(w.call(caller, t, frame, false), things), plain(w.call(caller, none, frame, false), things)
				if got != want {
					w.T.Errorf("%s, by frame: %v: %s gets with %v %s, but without them %s", r.route, frame, caller, existing, got, want)
				}
			}
		}
	}
}

// frames returns the ways to call the route: by HTTP (false), by a frame (true).
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

// missing returns an id, or an endpoint, that does not exist.
func (w *world) missing(name string) string {
	if name == "endpoint" {
		return w.service.URL + "/" + missingID
	}
	return missingID
}

// plain returns an answer as text, without the parts that differ from call to call and
// without the ids that the caller has sent.
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
