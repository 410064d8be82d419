package search_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

// found has the fields of a result that most tests read.
type found struct {
	Kind     string `json:"kind"`
	ID       int64  `json:"id"`
	Title    string `json:"title"`
	Snippet  string `json:"snippet"`
	URL      string `json:"url"`
	Position int    `json:"position"`
	Number   *int64 `json:"number"`
}

func searchFor(app *apptest.App, client *testkit.Client, query string, kinds ...string) []found {
	app.T.Helper()
	return testkit.As[[]found](client.Do("GET", "/api/search?"+queryOf(query)+"&kinds="+strings.Join(kinds, ","), nil).Want(200))
}

func queryOf(text string) string { return url.Values{"query": {text}}.Encode() }

func wantFound(app *apptest.App, client *testkit.Client, query string, want ...string) {
	app.T.Helper()
	var got []string
	for _, f := range searchFor(app, client, query) {
		got = append(got, f.Kind+" "+f.Title)
	}
	if !slices.Equal(got, want) {
		app.T.Errorf("%q finds %q, want %q", query, got, want)
	}
}

func TestSearchFindsNewUsersRoomsAndMessages(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	wantFound(app, maya, "Priya Raman", "user Priya Raman")
	wantFound(app, maya, "launch-week", "room launch-week", "message Amara Diallo")
	wantFound(app, maya, "Quality", "user Priya Raman")

	room := app.Room(sam, "zebra crossing")
	wantFound(app, maya, "zebra", "room zebra crossing")
	sam.Do("PATCH", "/api"+apptest.RoomPath(room), in{"name": "giraffe crossing"}).Want(200)
	wantFound(app, maya, "zebra")
	wantFound(app, maya, "giraffe", "room giraffe crossing")

	said := testkit.As[apptest.Fields](sam.Post("/api/chat/send", in{"roomId": room, "text": "the <b>okapi</b> is here"}).Want(200))
	results := searchFor(app, maya, "okapi")
	if len(results) != 1 || results[0].Snippet != "the &lt;b&gt;<mark>okapi</mark>&lt;/b&gt; is here" || results[0].URL != fmt.Sprintf("/rooms/%d?message=%d", room, said.ID) {
		t.Errorf("the results for okapi are %+v", results)
	}
	path := fmt.Sprint("/api/chat/messages/", said.ID)
	sam.Do("PATCH", path, in{"text": "the tapir is here"}).Want(200)
	wantFound(app, maya, "okapi")
	wantFound(app, maya, "tapir", "message Sam Rivera")
	sam.Do("DELETE", path, nil).Want(204)
	wantFound(app, maya, "tapir")

	app.Anonymous().SignUp("Wilhelmina Ångström")
	wantFound(app, maya, "angstrom", "user Wilhelmina Ångström")
}

func TestSearchFindsPrivateRoomsForMembersOnly(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya, theo := app.As("sam"), app.As("maya"), app.As("theo")
	room := app.PrivateRoom(sam, maya)
	app.Send(sam, room, "the aardvark sleeps")
	direct := testkit.As[apptest.Fields](sam.Post("/api/rooms/direct", in{"userId": app.ID(maya)}).Want(200)).ID
	app.Send(sam, direct, "the aardvark snores")

	wantFound(app, maya, "aardvark", "message Sam Rivera", "message Sam Rivera")
	wantFound(app, theo, "aardvark")
	sam.Post(fmt.Sprintf("/api/rooms/%d/members", room), in{"userId": app.ID(theo)}).Want(200)
	wantFound(app, theo, "aardvark", "message Sam Rivera")
	app.RemoveMember(sam, room, theo)
	wantFound(app, theo, "aardvark")
	app.Anonymous().Get("/api/search?query=aardvark").Want(http.StatusUnauthorized)
}

// An outsider's standing query gets no event of a private room: the first event after a
// message there is that of a later public message.
func TestSearchSubscriptionHidesPrivateRoomsFromOutsiders(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya, theo := app.As("sam"), app.As("maya"), app.As("theo")
	room, public := app.PrivateRoom(sam, maya), app.Room(sam, "street")
	inside, outside := maya.Connect(""), theo.Connect("")
	for _, tab := range []*testkit.Socket{inside, outside} {
		tab.Get("/api/search/subscribe", in{"query": "wombat", "kinds": "message,room", "number": 1}).Want(200).WantBody("[]")
	}
	app.Send(sam, room, "the wombat digs")
	inside.WantEvent("searchResultAdded")
	app.Send(sam, public, "a wombat, look!")
	first := testkit.DataOf[found](t, outside.WantEvent("searchResultAdded"))
	if !strings.Contains(first.Snippet, "look") || first.Position != 0 {
		t.Errorf("the outsider receives %+v", first)
	}
	inside.WantEvent("searchResultAdded")
	app.RemoveMember(sam, room, maya)
	gone := testkit.DataOf[found](t, inside.WantEvent("searchResultRemoved"))
	if gone.Kind != "message" || *gone.Number != 1 {
		t.Errorf("after her removal Maya receives %+v", gone)
	}
	app.Send(sam, room, "the wombat digs on")
	app.Send(sam, public, "another wombat")
	for _, tab := range []*testkit.Socket{inside, outside} {
		if next := testkit.DataOf[found](t, tab.WantEvent("searchResultAdded")); !strings.Contains(next.Snippet, "another") {
			t.Errorf("an outsider receives %+v", next)
		}
	}
}

func TestSearchSubscriptionEndsWithConnectionOrBlankQuery(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	tab := app.As("maya").Connect("")
	answer := tab.Get("/api/search/subscribe", in{"query": "maya", "kinds": []string{"user"}, "number": 7}).Want(200).WantBody(`"title":"Maya Okafor"`)
	if answer.Header.Get("X-Query") != "7" || app.Search().StandingQueries() != 1 {
		t.Errorf("X-Query is %q, %d queries are standing", answer.Header.Get("X-Query"), app.Search().StandingQueries())
	}
	tab.Get("/api/search/subscribe", in{"query": "sam", "kinds": "user"}).Want(200)
	tab.Get("/api/search/subscribe", in{"query": "   "}).Want(200).WantBody("[]")
	if n := app.Search().StandingQueries(); n != 0 {
		t.Errorf("after a blank query %d queries are standing", n)
	}
	tab.Get("/api/search/subscribe", in{"query": "sam", "kinds": "user"}).Want(200)
	tab.Get("/api/search/unsubscribe", nil).Want(200).WantBody(`"left":true`)
	if n := app.Search().StandingQueries(); n != 0 {
		t.Errorf("after unsubscribing %d queries are standing", n)
	}
	tab.Get("/api/search/subscribe", in{"query": "sam", "kinds": "user"}).Want(200)
	tab.Close()
	testkit.Eventually(t, "no query is standing", testkit.Timeout, func() bool { return app.Search().StandingQueries() == 0 })
	app.As("sam").Get("/api/search/subscribe?query=sam").Want(http.StatusBadRequest).WantBody("WebSocket required")
}

func TestSearchAnswersOrRefusesHostileQueries(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	maya := app.As("maya")
	tab := maya.Connect("")
	for _, query := range []string{
		strings.Repeat("x", 10<<10), strings.Repeat("a ", 5<<10), strings.Repeat("-", 5<<10), strings.Repeat(`"`, 999),
		"& | ! ( ) <-> :*", "!!!!", "-", "--", "- -a", "or", "or or or", "a or", `"`, `"a`, `a" "b`, `""`, `"or" or -"x`, "'", "''", `\`, `a\'b`, "%", "_%_", ":*", "a:*", "a:*b", "<->", "a<->b", "(((", "'a':*", "#product",
		"🎉", "👩🏽‍💻 👍🏽", "مرحبا بالعالم", "שלום עולם", "\u202eabc", "e\u0301", "ﷺ", "ſ½㎏", "\u200b", "\ufeff", "𝔲𝔫𝔦", "नमस्ते", "ภาษาไทย", "한국어", "\xff\xfe", "a\tb\nc\r\n", "null", "$1", "{}", "[]", "0", "-1", "1e9",
		strings.Repeat("a or ", 200) + "b", strings.Repeat("-a ", 100), "a" + strings.Repeat("\u0301", 5000),
	} {
		if got := maya.Do("GET", "/api/search?"+queryOf(query), nil); got.Status != 200 {
			t.Errorf("%.40q is answered with %d %s", query, got.Status, got.Body)
		}
		if got := tab.Get("/api/search/subscribe", in{"query": query, "kinds": "message,user"}); got.Status != 200 {
			t.Errorf("subscribing to %.40q is answered with %d %s", query, got.Status, got.Body)
		}
	}
	for _, bad := range []string{queryOf("a\x00b"), "query=a&kinds=cat", "query=a&limit=0", "query=a&offset=-1", "query=a&limit=many"} {
		maya.Get("/api/search?" + bad).Want(http.StatusUnprocessableEntity)
	}
	maya.Get("/api/search").Want(200).WantBody("[]")
	maya.Get("/api/search?query=sam&limit=100000&offset=100000").Want(200).WantBody("[]")
	app.Send(app.As("sam"), app.Room(app.As("sam"), "after"), "all is well")
}

func TestSearchSavedQueryNotifiesOfNewResults(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya, theo := app.As("sam"), app.As("maya"), app.As("theo")
	room, secret := app.Room(sam, "zoo"), app.PrivateRoom(sam, theo)
	app.Send(sam, room, "an old quokka")
	saved := testkit.As[apptest.Fields](maya.Post("/api/search/saved", in{"query": " quokka  ", "kinds": []string{"message"}, "notify": true}).Want(200))
	maya.Get("/api/search/saved").Want(200).WantBody(`"query":"quokka"`)
	app.Send(sam, secret, "a secret quokka")
	app.Send(maya, room, "my own quokka")
	app.Send(sam, room, "a new quokka")
	testkit.Eventually(t, "Maya is notified", testkit.Timeout, func() bool {
		return strings.Contains(maya.Get("/api/notifications").Want(200).Body, "a new quokka")
	})
	if list := maya.Get("/api/notifications").Body; strings.Contains(list, "secret") || strings.Contains(list, "own quokka") || strings.Contains(list, "old") {
		t.Errorf("Maya's notifications are %s", list)
	}
	theo.Do("DELETE", fmt.Sprint("/api/search/saved/", saved.ID), nil).Want(http.StatusNotFound)
	maya.Do("DELETE", fmt.Sprint("/api/search/saved/", saved.ID), nil).Want(http.StatusNoContent)
	maya.Get("/api/search/saved").Want(200).WantBody("[]")
	maya.Post("/api/search/saved", in{"query": " -- "}).Want(http.StatusUnprocessableEntity)
}

// The guide's LiveSearch reads name and price of the answered results, and prepends the
// product of later events.
func TestSearchResultsOfProductsHaveNameAndPrice(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	maya, theo := app.As("maya"), app.As("theo")
	type product struct {
		ID          int64
		Name, Price string
	}
	tab := theo.Connect("")
	answer := tab.Get("/api/search/subscribe", in{"query": "red shoe"}).Want(200)
	if got := testkit.As[[]product](answer); len(got) != 1 || got[0].Name != "Red running shoes" || got[0].Price != "119.95" {
		t.Fatalf("the answer is %s", answer.Body)
	}
	made := testkit.As[product](maya.Post("/api/products", in{"name": "RED SHOE", "price": "12.5"}).Want(200))
	e := testkit.DataOf[struct {
		Position int
		Product  product
	}](t, tab.WantEvent("searchResultAdded"))
	if e.Product != (product{made.ID, "RED SHOE", "12.50"}) || e.Position != 0 {
		t.Errorf("searchResultAdded is %+v", e)
	}
	path := fmt.Sprint("/api/products/", made.ID)
	maya.Do("PATCH", path, in{"price": "13"}).Want(200)
	if e := tab.WantEvent("searchResultUpdated"); !strings.Contains(string(e.Data), `"price":"13.00"`) {
		t.Errorf("searchResultUpdated is %s", e.Data)
	}
	maya.Do("DELETE", path, nil).Want(204)
	if gone := testkit.DataOf[found](t, tab.WantEvent("searchResultRemoved")); gone.Kind != "product" || gone.ID != made.ID {
		t.Errorf("searchResultRemoved is %+v", gone)
	}
}

// Data that is older than the search is found after the next start.
func TestSearchBackfillRunsAtTheStart(t *testing.T) {
	t.Parallel()
	database := testkit.DatabaseURL(t)
	app := apptest.StartOn(t, database)
	sam, maya := app.As("sam"), app.As("maya")
	room, secret := app.Room(sam, "attic"), app.PrivateRoom(sam, maya)
	app.Send(sam, room, "a dusty mongoose")
	app.Send(sam, secret, "a hidden mongoose")
	app.Stop()
	db, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(t.Context(), `truncate search.entries, search.grants, search.backfills`); err != nil {
		t.Fatal(err)
	}
	db.Close(t.Context())
	nodes := []*apptest.App{apptest.StartOn(t, database), apptest.StartOn(t, database)}
	for _, node := range nodes {
		maya, theo := node.As("maya"), node.As("theo")
		testkit.Eventually(t, "the backfill is complete", testkit.Timeout, func() bool { return len(searchFor(node, maya, "mongoose")) == 2 })
		wantFound(node, theo, "mongoose", "message Sam Rivera")
		wantFound(node, theo, "attic", "room attic")
		wantFound(node, theo, "jonas", "user Jonas Lind", "message Amara Diallo")
	}
}
