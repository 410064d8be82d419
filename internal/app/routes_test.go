package app_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"hubbub/internal/testkit/apptest"
)

// rule is a line of routeTable: the status that each caller gets.
type rule struct {
	route string // "GET /api/rooms/:room/members": a parameter names the record that the test puts there
	// wants are the statuses for an anonymous caller, an outsider, a viewer, a member, the
	// owner and an admin of the instance; "in" is a redirect to the sign-in page.
	// One status is for all six; of two, the first is for the anonymous caller.
	wants string
	input string // a JSON object with names of records (see things.make); sent as a query or a form if the route needs it
	by    way
}

// way is how a route may be called. Called in another way it answers 400.
type way int

const (
	either   way = iota // by HTTP and by a frame, with the same answer; pages by HTTP only
	byHTTP              // a handshake, which needs an HTTP connection to upgrade
	bySocket            // needs a connection of the hub
	alone               // by HTTP, each caller in a new session, which the route ends or replaces
	apart               // like alone, for a page's form that changes the user; a frame is not refused
)

func TestRoutesAnswerEachCallerAsInTheTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, r := range routeTable {
		action := strings.Contains(r.route, " /api/")
		switch {
		case r.by == bySocket:
			w.check(r, true)
			w.wantRefused(r, false)
		case r.by == either && action:
			w.check(r, false)
			w.check(r, true)
		default:
			w.check(r, false)
			if r.by == alone {
				w.wantRefused(r, true)
			}
		}
	}
}

func TestRoutesAreAllInTheTable(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	routes, lines := map[string]bool{}, map[string]bool{}
	for _, r := range app.Router().Routes() {
		if r.Method != echo.RouteNotFound {
			routes[parameter.ReplaceAllString(r.Method+" "+r.Path, ":")] = true
		}
	}
	for _, r := range routeTable {
		lines[parameter.ReplaceAllString(r.route, ":")] = true
	}
	for route := range routes {
		if !lines[route] {
			t.Errorf("%s has no line in routeTable", route)
		}
	}
	for line := range lines {
		if !routes[line] {
			t.Errorf("routeTable has a line for %s, which is not a route", line)
		}
	}
}

var parameter = regexp.MustCompile(`:[a-zA-Z]+`)

// check makes the request as every caller, the one with the least rights first, on the
// same records, and compares the statuses with the rule.
func (w *world) check(r rule, frame bool) {
	w.T.Helper()
	t := w.target(r)
	for i, want := range r.statuses(w.T) {
		answer := w.call(callers[i], t, frame, r.by == alone || r.by == apart)
		got := fmt.Sprint(answer.Status)
		if answer.Status == http.StatusSeeOther && strings.HasPrefix(answer.Header.Get("Location"), "/signin") {
			got = "in"
		}
		if got != want {
			w.T.Errorf("%s, by frame: %v: %s gets %s, want %s: %.200s", r.route, frame, callers[i], got, want, answer.Body)
		}
	}
}

// wantRefused checks that every caller gets 400 in that way.
func (w *world) wantRefused(r rule, frame bool) {
	w.T.Helper()
	t := w.target(r)
	for _, caller := range callers {
		if answer := w.call(caller, t, frame, false); answer.Status != http.StatusBadRequest {
			w.T.Errorf("%s, by frame: %v: %s gets %d, want 400", r.route, frame, caller, answer.Status)
		}
	}
}

// statuses returns the status for each of the callers.
func (r rule) statuses(t testing.TB) []string {
	t.Helper()
	wants := strings.Fields(r.wants)
	switch len(wants) {
	case 1:
		return slices.Repeat(wants, len(callers))
	case 2:
		return append(wants[:1:1], slices.Repeat(wants[1:], len(callers)-1)...)
	case len(callers):
		return wants
	}
	t.Fatalf("%s has %d statuses", r.route, len(wants))
	return nil
}

// routeTable has at least one line for each route. The private records are the owner's.
// The member may write there; the viewer is a member of the rooms, but may only read the
// documents; the others must not learn that they exist. The callers call in this order,
// so a record that one has deleted is 404 for the next. A form that removes something
// answers 303 if there is nothing to remove, because it may be a second click.
//
//	anonymous outsider viewer member owner admin
var routeTable = []rule{
	// Routes that need no identity.
	{"GET /healthz", "200", ``, either},
	{"GET /readyz", "200", ``, either},
	{"GET /assets/*", "404", ``, either},
	{"GET /js/socket.js", "200", ``, either},
	{"GET /sw.js", "200", ``, either},
	{"GET /icon-192.png", "200", ``, either},
	{"GET /badge-96.png", "200", ``, either},
	{"GET /favicon.ico", "404", ``, either},
	{"GET /socket", "426", ``, byHTTP},

	// Account.
	{"POST /api/signup", "200", `{"fullName":"Eve","email":"UNIQUE@test.example","password":"correct horse"}`, alone},
	{"POST /api/login", "401", `{"email":"UNIQUE@test.example","password":"correct horse"}`, alone},
	{"POST /api/logout", "204", ``, alone},
	{"GET /api/me", "401 200", ``, either},
	{"GET /api/users", "401 200", ``, either},
	{"GET /api/sessions", "401 200", ``, either},
	{"DELETE /api/sessions/:session", "401 404 404 404 204 404", ``, either},
	{"GET /api/tokens", "401 200", ``, either},
	{"POST /api/tokens", "401 200", `{"name":"robot"}`, either},
	{"DELETE /api/tokens/:token", "401 404 404 404 204 404", ``, either},
	{"POST /api/tickets", "401 200", ``, either},
	{"GET /signin", "200", ``, either},
	{"POST /signin", "401", `{"email":"UNIQUE@test.example","password":"correct horse"}`, alone},
	{"POST /signin/demo", "303", `{"as":"amara"}`, alone},
	{"GET /signup", "200", ``, either},
	{"POST /signup", "303", `{"fullName":"Eve","email":"UNIQUE@test.example","password":"correct horse"}`, alone},
	{"POST /signout", "in", ``, alone},
	{"GET /settings", "in 200", ``, either},
	{"POST /settings/name", "in 303", `{"fullName":"Somebody"}`, apart},
	{"POST /settings/password", "in 422", `{"current":"wrong","password":"correct horse"}`, apart},
	{"POST /settings/tokens", "in 200", `{"name":"robot"}`, either},
	{"POST /settings/tokens/:token/revoke", "in 404 404 404 303 404", ``, either},
	{"POST /settings/sessions/:session/revoke", "in 404 404 404 303 404", ``, either},

	// Chat. Private rooms are hidden from admins, too.
	{"GET /api/rooms", "401 200", ``, either},
	{"POST /api/rooms", "401 200", `{"name":"UNIQUE","kind":"public"}`, either},
	{"POST /api/rooms/direct", "401 200", `{"userId":VIEWER}`, either},
	{"PATCH /api/rooms/:room", "401 404 403 403 200 404", `{"topic":"UNIQUE"}`, either},
	{"PATCH /api/rooms/:public", "401 403 403 403 200 200", `{"topic":"UNIQUE"}`, either},
	{"GET /api/rooms/:room/members", "401 404 200 200 200 404", ``, either},
	{"POST /api/rooms/:room/members", "401 404 200 200 200 404", `{"userId":VIEWER}`, either},
	{"POST /api/rooms/:public/members", "401 403 200 200 200 403", `{"userId":VIEWER}`, either},
	{"DELETE /api/rooms/:room/members/:viewer", "401 404 204 403 404 404", ``, either},
	{"GET /api/chat/join", "401 404 200 200 200 404", `{"roomId":ROOM}`, bySocket},
	{"GET /api/chat/leave", "401 200", `{"roomId":ROOM}`, bySocket},
	{"POST /api/chat/send", "401 404 200 200 200 404", `{"roomId":ROOM,"text":"hi"}`, either},
	{"POST /api/chat/send", "401 404 200 200 200 404", `{"roomId":ROOM,"text":"hi","replyTo":MESSAGE}`, either},
	{"POST /api/chat/typing", "401 404 403 403 403 404", `{"roomId":ROOM,"isTyping":true}`, bySocket},
	{"POST /api/chat/read", "401 404 200 200 200 404", `{"roomId":ROOM,"seq":1}`, either},
	{"GET /api/chat/messages", "401 404 200 200 200 404", `{"roomId":ROOM}`, either},
	{"PATCH /api/chat/messages/:message", "401 404 403 403 200 404", `{"text":"UNIQUE"}`, either},
	{"DELETE /api/chat/messages/:message", "401 404 403 403 204 404", ``, either},
	{"POST /api/chat/messages/:message/reactions", "401 404 200 200 200 404", `{"emoji":"👍"}`, either},
	{"GET /api/chat/messages/:message/cards", "401 404 200 200 200 404", ``, either},
	{"GET /rooms", "in 200", ``, either},
	{"POST /rooms", "in 303", `{"name":"UNIQUE","kind":"private"}`, either},
	{"GET /rooms/sidebar", "in 200", ``, either},
	{"GET /rooms/:room", "in 404 200 200 200 404", ``, either},
	{"GET /rooms/:room/head", "in 404 200 200 200 404", ``, either},
	{"POST /rooms/:room/messages", "in 404 303 303 303 404", `{"text":"hi"}`, either},
	{"POST /rooms/:room/join", "in 404 303 303 303 404", ``, either},
	{"POST /rooms/:room/leave", "in 404 303 303 303 404", ``, either},
	{"GET /rooms/:room/settings", "in 404 200 200 200 404", ``, either},
	{"POST /rooms/:room/settings", "in 404 403 403 303 404", `{"topic":"UNIQUE"}`, either},
	{"POST /rooms/:room/members", "in 404 303 303 303 404", `{"userId":VIEWER}`, either},
	{"POST /rooms/:room/members/:viewer/remove", "in 303 303 403 303 303", ``, either},
	{"GET /people", "in 200", ``, either},
	{"POST /people/:viewer/message", "in 303", ``, either},

	// Presence.
	{"GET /api/presence", "401 200", `{"ids":"VIEWER"}`, either},
	{"GET /api/presence/subscribe", "401 200", ``, bySocket},
	{"POST /api/presence/status", "401 200", `{"status":"online"}`, either},
	{"GET /people/:viewer", "in 200", ``, either},
	{"GET /people/:viewer/card", "in 200", ``, either},
	{"GET /people/me/status", "in 200", ``, either},
	{"POST /people/me/status", "in 303", `{"status":"online"}`, either},

	// Notifications and devices belong to their user.
	{"GET /api/notifications", "401 200", ``, either},
	{"GET /api/notifications/subscribe", "401 200", ``, bySocket},
	{"POST /api/notifications/read-all", "401 200", ``, either},
	{"GET /api/notifications/preferences", "401 200", ``, either},
	{"PUT /api/notifications/preferences", "401 200", `{"types":{}}`, either},
	{"GET /api/notifications/:notification/why", "401 404 404 404 200 404", ``, either},
	{"POST /api/notifications/:notification/read", "401 404 404 404 200 404", ``, either},
	{"POST /api/notifications/:notification/snooze", "401 404 404 404 200 404", `{"until":null}`, either},
	{"DELETE /api/notifications/:notification", "401 404 404 404 204 404", ``, either},
	{"GET /notifications", "in 200", ``, either},
	{"GET /notifications/list", "in 200", ``, either},
	{"POST /notifications/read-all", "in 303", ``, either},
	{"GET /notifications/preferences", "in 303", ``, either},
	{"POST /notifications/preferences", "in 303", ``, either},
	{"GET /notifications/:notification", "in 404 404 404 303 404", ``, either},
	{"POST /notifications/:notification", "in 404 404 404 303 404", `{"do":"read"}`, either},
	{"GET /notifications/:notification/why", "in 404 404 404 200 404", ``, either},
	{"GET /notifications/:notification/why/panel", "in 404 404 404 200 404", ``, either},
	{"GET /api/push/key", "401 200", ``, either},
	{"GET /api/push/subscriptions", "401 200", ``, either},
	{"POST /api/push/subscriptions", "401 204", `SUBSCRIPTION`, either},
	{"DELETE /api/push/subscriptions", "401 404 404 404 204 404", `{"endpoint":"ENDPOINT"}`, either},
	{"DELETE /api/push/subscriptions/:device", "401 404 404 404 204 404", ``, either},
	{"POST /api/push/subscriptions/:device/test", "401 404 404 404 200 404", ``, either},
	{"GET /notifications/devices", "in 200", ``, either},
	{"POST /notifications/devices/:device/test", "in 404 404 404 303 404", ``, either},
	{"POST /notifications/devices/:device/remove", "in 404 404 404 303 404", ``, either},

	// Every user may read the dashboard; only staff may change it.
	{"GET /api/dashboard/subscribe", "401 200", ``, bySocket},
	{"GET /api/dashboard/series", "401 200", ``, either},
	{"POST /api/dashboard/simulator", "401 403 403 403 403 200", `{"rate":0}`, either},
	{"GET /api/orders", "401 200", ``, either},
	{"POST /api/orders", "401 403 403 403 403 200", `{"customer":"Ben","productId":PRODUCT,"quantity":1}`, either},
	{"PATCH /api/orders/:order", "401 403 403 403 403 200", `{"status":"completed"}`, either},
	{"GET /api/products", "401 200", ``, either},
	{"POST /api/products", "401 403 403 403 403 200", `{"name":"Lamp","price":"1.00"}`, either},
	{"PATCH /api/products/:product", "401 403 403 403 403 200", `{"price":"2.00"}`, either},
	{"DELETE /api/products/:product", "401 403 403 403 403 204", ``, either},
	{"GET /api/counter/subscribe", "200", ``, bySocket},
	{"POST /api/counter/increment", "200", ``, either},
	{"GET /api/system/subscribe", "401 403 403 403 403 200", ``, bySocket},
	{"GET /dashboard", "in 200", ``, either},
	{"GET /dashboard/orders", "in 200", ``, either},
	{"POST /dashboard/orders", "in 403 403 403 403 303", `{"customer":"Ben","productId":PRODUCT,"quantity":1}`, either},
	{"POST /dashboard/orders/:order/status", "in 403 403 403 403 303", `{"status":"completed"}`, either},
	{"GET /dashboard/tables", "in 200", `{"range":"15m"}`, either},
	{"POST /dashboard/simulator", "in 403 403 403 403 303", `{"rate":0}`, either},
	{"GET /products", "in 200", ``, either},
	{"POST /products", "in 403 403 403 403 303", `{"name":"Lamp","price":"1.00"}`, either},
	{"GET /products/:product", "in 200", ``, either},
	{"POST /products/:product", "in 403 403 403 403 303", `{"name":"Lamp","price":"2.00"}`, either},
	{"POST /products/:product/delete", "in 403 403 403 403 303", ``, either},
	{"GET /system", "in 403 403 403 403 200", ``, either},
	{"POST /counter", "303", ``, either},

	// Public pages.
	{"GET /", "200", ``, either},
	{"GET /components", "200", ``, either},
	{"GET /playground", "200", ``, either},
	{"GET /say/hello", "200", ``, bySocket},

	// Search.
	{"GET /api/search", "401 200", `{"query":"lamp"}`, either},
	{"GET /api/search/subscribe", "401 200", `{"query":"lamp"}`, bySocket},
	{"GET /api/search/unsubscribe", "401 200", ``, bySocket},
	{"GET /api/search/saved", "401 200", ``, either},
	{"POST /api/search/saved", "401 200", `{"query":"UNIQUE"}`, either},
	{"DELETE /api/search/saved/:search", "401 404 404 404 204 404", ``, either},
	{"GET /search", "in 200", ``, either},
	{"GET /search/counts", "in 200", `{"q":"lamp"}`, either},
	{"GET /search/preview", "in 404 200 200 200 404", `{"q":"hi","kind":"message","id":MESSAGE}`, either},
	{"POST /search/saved", "in 303", `{"q":"UNIQUE"}`, either},
	{"POST /search/saved/:search/delete", "in 404 404 404 303 404", ``, either},

	// Documents. Private ones are hidden from admins, too.
	{"GET /api/documents", "401 200", ``, either},
	{"POST /api/documents", "401 200", `{"title":"Plan"}`, either},
	{"GET /api/documents/join", "401 404 200 200 200 404", `{"docId":DOCUMENT}`, bySocket},
	{"GET /api/documents/leave", "401 200", `{"docId":DOCUMENT}`, bySocket},
	{"POST /api/documents/update", "401 404 403 200 200 404", `{"docId":DOCUMENT,"content":"UNIQUE"}`, either},
	{"POST /api/documents/cursor", "401 403", `{"docId":DOCUMENT,"position":1}`, bySocket},
	{"GET /api/documents/:document", "401 404 200 200 200 404", ``, either},
	{"PATCH /api/documents/:document", "401 404 403 200 200 404", `{"title":"UNIQUE"}`, either},
	{"PATCH /api/documents/:document", "401 404 403 403 200 404", `{"visibility":"private"}`, either},
	{"DELETE /api/documents/:document", "401 404 403 403 204 404", ``, either},
	{"POST /api/documents/:document/erase", "401 404 403 403 204 404", ``, either},
	{"GET /api/documents/:document/members", "401 404 200 200 200 404", ``, either},
	{"PUT /api/documents/:document/members", "401 404 403 403 200 404", `{"userId":VIEWER,"role":"viewer"}`, either},
	{"DELETE /api/documents/:document/members/:viewer", "401 404 204 403 404 404", ``, either},
	{"GET /api/documents/:document/versions", "401 404 200 200 200 404", ``, either},
	{"POST /api/documents/:document/versions", "401 404 403 200 200 404", `{"name":"one"}`, either},
	{"GET /api/documents/:document/versions/:version", "401 404 200 200 200 404", ``, either},
	{"GET /api/documents/:document/export", "401 404 200 200 200 404", ``, either},
	{"GET /api/documents/:document/comments", "401 404 200 200 200 404", ``, either},
	{"POST /api/documents/:document/comments", "401 404 200 200 200 404", `{"anchor":ANCHOR,"text":"hi"}`, either},
	{"POST /api/documents/:document/comments/:thread", "401 404 200 200 200 404", `{"text":"hi"}`, either},
	{"PATCH /api/documents/:document/comments/:thread", "401 404 403 200 200 404", `{"resolved":true}`, either},
	{"DELETE /api/documents/:document/comments/:thread", "401 404 403 204 404 404", ``, either},
	{"GET /api/documents/:document/yjs", "401 404 426 426 426 404", ``, byHTTP},
	{"GET /documents", "in 200", ``, either},
	{"POST /documents", "in 303", `{"title":"Plan"}`, either},
	{"POST /documents/import", "in 422", ``, either},
	{"GET /documents/:document", "in 404 200 200 200 404", ``, either},
	{"POST /documents/:document", "in 404 403 303 303 404", `{"title":"UNIQUE"}`, either},
	{"GET /documents/:document/share", "in 404 200 200 200 404", ``, either},
	{"POST /documents/:document/share", "in 404 403 403 303 404", `{"visibility":"private"}`, either},
	{"POST /documents/:document/members", "in 404 403 403 303 404", `{"name":"@jonas","role":"viewer"}`, either},
	{"POST /documents/:document/members/:viewer", "in 404 403 403 303 404", `{"role":"viewer"}`, either},
	{"POST /documents/:document/members/:viewer/remove", "in 303 303 403 303 303", ``, either},
	{"POST /documents/:document/delete", "in 404 403 403 303 404", ``, either},
	{"GET /documents/:document/versions", "in 404 200 200 200 404", ``, either},
	{"POST /documents/:document/versions", "in 404 403 303 303 404", `{"name":"one"}`, either},
	{"GET /documents/:document/versions/:version", "in 404 200 200 200 404", ``, either},
	{"GET /documents/:document/comments", "in 404 200 200 200 404", ``, either},
	{"POST /documents/:document/comments/:thread", "in 404 303 303 303 404", `{"text":"hi"}`, either},
	{"POST /documents/:document/comments/:thread/resolve", "in 404 403 303 303 404", `{"resolved":true}`, either},
	{"POST /documents/:document/comments/:thread/delete", "in 303 403 303 303 303", ``, either},
}
