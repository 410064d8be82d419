package search

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/index"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/hub"
	"hubbub/internal/testkit"
)

// testIndex is a service on a test database. It runs until the test ends.
type testIndex struct {
	*Service
	t   testing.TB
	hub *hub.Hub
}

func newIndex(t testing.TB, people int, notifier Notifier) *testIndex {
	t.Helper()
	db := testkit.Database(t)
	if _, err := db.Exec(t.Context(), `
		insert into account.users (full_name, handle, email)
		select 'Person ' || i, 'person' || i, 'person' || i || '@test.example' from generate_series(1, $1) i`, people); err != nil {
		t.Fatal(err)
	}
	return nodeOn(t, db, notifier)
}

// nodeOn starts another node on the same database.
func nodeOn(t testing.TB, db *postgres.DB, notifier Notifier) *testIndex {
	t.Helper()
	h := hub.New(hub.Config{})
	s := New(db, h, Config{Notifier: notifier, Poll: 20 * time.Millisecond})
	if err := s.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx) })
	t.Cleanup(func() {
		stop()
		running.Wait()
	})
	return &testIndex{Service: s, t: t, hub: h}
}

func (x *testIndex) inTx(do func(postgres.Tx) error) {
	x.t.Helper()
	if err := postgres.InTx(x.t.Context(), x.db, do); err != nil {
		x.t.Fatal(err)
	}
	x.Changed()
}

func (x *testIndex) put(entries ...index.Entry) {
	x.t.Helper()
	x.inTx(func(tx postgres.Tx) error { return x.Put(x.t.Context(), tx, entries...) })
}

func (x *testIndex) drop(kind index.Kind, ids ...int64) {
	x.t.Helper()
	x.inTx(func(tx postgres.Tx) error { return x.Drop(x.t.Context(), tx, kind, ids...) })
}

func (x *testIndex) grant(scope string, users ...int64) {
	x.t.Helper()
	x.inTx(func(tx postgres.Tx) error { return x.Grant(x.t.Context(), tx, scope, users...) })
}

func (x *testIndex) revoke(scope string, users ...int64) {
	x.t.Helper()
	x.inTx(func(tx postgres.Tx) error { return x.Revoke(x.t.Context(), tx, scope, users...) })
}

// finds returns what the viewer finds, as "product 1, message 3".
func (x *testIndex) finds(viewer int64, text string, kinds ...index.Kind) string {
	x.t.Helper()
	results, err := x.Search(x.t.Context(), Request{viewer, text, kinds}, maxPage, 0)
	if err != nil {
		x.t.Fatalf("search %q: %v", text, err)
	}
	return summary(results)
}

func summary(results []Result) string {
	names := make([]string, len(results))
	for i, r := range results {
		names[i] = fmt.Sprint(r.Kind, " ", r.ID)
	}
	return strings.Join(names, ", ")
}

// minute returns a fixed time, so that the order of results does not depend on the clock.
func minute(minutes int) time.Time {
	return time.Date(2026, 11, 21, 9, minutes, 0, 0, time.UTC)
}

func product(id int64, name, description string) index.Entry {
	data := map[string]any{"product": map[string]any{"id": id, "name": name}, "name": name}
	return index.Entry{Kind: index.Product, ID: id, Title: name, Body: description, URL: fmt.Sprint("/products/", id), Scope: index.Public, Data: data, At: minute(0)}
}

func message(id int64, scope, text string) index.Entry {
	return index.Entry{Kind: index.Message, ID: id, Title: "Sam Rivera", Body: text, URL: fmt.Sprint("/m/", id), Scope: scope, ActorID: 1, At: minute(int(id))}
}

func TestSearchFindsWordsInAnyFormAndOrder(t *testing.T) {
	x := newIndex(t, 1, nil)
	x.put(
		product(1, "Red Shoe", "Made of canvas, size 42"),
		product(2, "Café Stühle", "Zwei Stück, 10.5 kg"),
		product(3, "Кружка", "Ёлка и чай"),
		product(4, "東京タワー", "a tower 🗼"),
		product(5, "blue-green/teal lamp", "it's bright: see example.com/lamps"),
		message(6, index.Public, "the red one is gone 🎉"),
	)
	for query, want := range map[string]string{
		"red":                "product 1, message 6",
		"SHOE red":           "product 1",
		"red sh":             "product 1",
		"re":                 "product 1, message 6",
		"cafe stuhle":        "product 2",
		"CAFÉ":               "product 2",
		"10.5":               "product 2",
		"кружка":             "product 3",
		"елка":               "product 3",
		"京タ":                 "product 4",
		"京 東":                "product 4",
		"京東":                 "",
		"🗼":                  "product 4",
		"🎉":                  "message 6",
		"green teal":         "product 5",
		"blue-green":         "product 5",
		"teal":               "product 5",
		"it's":               "product 5",
		"example.com":        "product 5",
		`"red shoe"`:         "product 1",
		`"shoe red"`:         "",
		`"re"`:               "",
		"red -shoe":          "message 6",
		"lamp or shoe":       "product 1, product 5",
		"canvas":             "product 1",
		"sam":                "", // the author is not searched
		"size 42 -- canvas ": "product 1",
	} {
		if got := x.finds(1, query); got != want {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
}

func TestSearchToleratesTyposInNamesAndRanksThemLower(t *testing.T) {
	x := newIndex(t, 1, nil)
	x.put(product(1, "Mechanical Keyboard", ""), product(2, "Keybord Cleaner", ""), message(3, index.Public, "my keyboard broke"))
	for query, want := range map[string]string{
		"keybord":            "product 2, product 1",
		"kayboard":           "product 1",
		"mechanicl keyboard": "product 1",
		"keyboard":           "product 1, message 3, product 2",
		`"keybord"`:          "product 2",
		"keybord -cleaner":   "",
		"kez":                "",
	} {
		if got := x.finds(1, query); got != want {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
}

func TestSearchWithoutPgTrgmLogsAWarningAndToleratesNoTypos(t *testing.T) {
	x := newIndex(t, 1, nil)
	x.put(product(1, "Mechanical Keyboard", ""))
	if _, err := x.db.Exec(t.Context(), `drop extension pg_trgm cascade`); err != nil {
		t.Fatal(err)
	}
	db, err := postgres.Connect(t.Context(), postgres.Config{URL: x.db.URL() + "&options=-c%20role%3Dpg_read_all_data", MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var log strings.Builder
	poor := New(db, hub.New(hub.Config{}), Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err := poor.Begin(t.Context()); err != nil || !strings.Contains(log.String(), "pg_trgm") {
		t.Errorf("Begin returns %v and logs %q", err, log.String())
	}
	for query, want := range map[string]string{"keyboard": "product 1", "kayboard": ""} {
		if found, err := poor.Search(t.Context(), Request{Viewer: 1, Text: query}, pageSize, 0); err != nil || summary(found) != want {
			t.Errorf("%q finds %q, %v", query, summary(found), err)
		}
	}
	if err := x.Begin(t.Context()); err != nil { // its role may create the extension
		t.Fatal(err)
	}
	if got := x.finds(1, "kayboard"); got != "product 1" {
		t.Errorf("with the extension again, it finds %q", got)
	}
}

func TestSearchUsesItsIndexes(t *testing.T) {
	x := newIndex(t, 1, nil)
	x.fill(500, 3000)
	for _, req := range []Request{{1, wordNo(40), nil}, {1, "keyboard", []index.Kind{index.Product}}} {
		p, _ := parseRequest(req)
		plan := ""
		err := runQuery(t.Context(), x.db, func(rows pgx.Rows) error {
			lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
			plan = strings.Join(lines, "\n")
			return err
		}, "explain "+x.statements.best, append(requestColumns([]parsedRequest{p}), pageSize, 0)...)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(plan, "words_of_entries") || !strings.Contains(plan, "names_of_entries") || strings.Contains(plan, "Seq Scan on entries") {
			t.Errorf("the plan of %q is\n%s", req.Text, plan)
		}
	}
}

func TestPutRejectsInvalidEntries(t *testing.T) {
	x := newIndex(t, 1, nil)
	for _, e := range []index.Entry{
		{Kind: "cat", ID: 1, Scope: index.Public}, {Kind: index.Room, Scope: index.Public}, {Kind: index.Room, ID: 1}, {Kind: index.Product, ID: 1, Scope: "room:1"},
	} {
		err := postgres.InTx(t.Context(), x.db, func(tx postgres.Tx) error { return x.Put(t.Context(), tx, e) })
		if err == nil {
			t.Errorf("%+v is accepted", e)
		}
	}
}

func TestCountsAreOfAllKindsThatTheViewerMaySee(t *testing.T) {
	x := newIndex(t, 2, nil)
	x.put(product(1, "red lamp", ""), product(2, "red shoe", ""), message(3, index.Public, "red"), message(4, "room:1", "red"))
	x.grant("room:1", 2)
	for viewer, messages := range map[int64]int{1: 1, 2: 2} {
		page, err := x.Page(t.Context(), Request{viewer, "red", []index.Kind{index.Message}}, pageSize, 0)
		if err != nil || len(page.Results) != messages || page.Counts[index.Message] != messages || page.Counts[index.Product] != 2 || page.Total() != 2+messages {
			t.Errorf("user %d gets %+v, %v", viewer, page, err)
		}
	}
}
