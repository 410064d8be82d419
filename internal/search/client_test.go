package search

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"hubbub/internal/base/index"
	"hubbub/internal/live/hub"
	"hubbub/internal/testkit"
)

// client is a connection that shows the results of its standing query as a page does:
// it applies events in the order in which they arrive.
type client struct {
	x      *testIndex
	conn   *hub.Conn
	viewer int64
	req    Request
	number int64
	list   []shownResult
	events int // received
}

// shownResult is a result as a client has it.
type shownResult struct {
	Kind     index.Kind `json:"kind"`
	ID       int64      `json:"id"`
	Title    string     `json:"title"`
	Snippet  string     `json:"snippet"`
	Score    float64    `json:"score"`
	Position int        `json:"position"`
	Number   *int64     `json:"number"`
}

func (x *testIndex) connect(viewer int64) *client {
	c := &client{x: x, viewer: viewer, conn: x.hub.Open(hub.Identity{UserID: viewer})}
	x.t.Cleanup(func() { x.hub.Remove(c.conn) })
	return c
}

func (c *client) subscribe(t testing.TB, text string, number int64, kinds ...index.Kind) {
	t.Helper()
	c.req, c.number = Request{c.viewer, text, kinds}, number
	results, err := c.x.Subscribe(t.Context(), c.conn, c.req, &number)
	if err != nil {
		t.Fatalf("subscribe to %q: %v", text, err)
	}
	c.receive(t) // events before the answer
	c.list = asShown(t, results)
	c.conn.Release()
}

func asShown(t testing.TB, results []Result) []shownResult {
	t.Helper()
	raw, err := json.Marshal(results)
	if err != nil {
		t.Fatal(err)
	}
	list := []shownResult{}
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// receive applies the events that have arrived.
func (c *client) receive(t testing.TB) {
	t.Helper()
	frames, code := c.conn.Take(nil)
	if code != 0 {
		t.Fatalf("the connection was closed with %d", code)
	}
	for _, f := range frames {
		for line := range bytes.SplitSeq(f.Bytes, []byte{'\n'}) {
			var ev struct {
				Event string
				Data  shownResult
			}
			if err := json.Unmarshal(line, &ev); err != nil {
				t.Fatal(err)
			}
			c.apply(t, ev.Event, ev.Data)
		}
	}
}

func (c *client) apply(t testing.TB, event string, r shownResult) {
	t.Helper()
	if r.Number == nil || *r.Number != c.number {
		return // an event of an older query
	}
	c.events++
	at := slices.IndexFunc(c.list, func(o shownResult) bool { return o.Kind == r.Kind && o.ID == r.ID })
	if (event == eventAdded) != (at < 0) {
		t.Errorf("%s for %s %d, whose index is %d", event, r.Kind, r.ID, at)
		return
	}
	if at >= 0 {
		c.list = slices.Delete(c.list, at, at+1)
	}
	if event != eventRemoved {
		c.list = slices.Insert(c.list, r.Position, r)
	}
}

func (c *client) has(kind index.Kind, id int64) bool {
	c.receive(c.x.t)
	return slices.ContainsFunc(c.list, func(r shownResult) bool { return r.Kind == kind && r.ID == id })
}

// hasFreshResults reports whether the client shows what a new search returns.
func (c *client) hasFreshResults(t testing.TB) bool {
	t.Helper()
	c.receive(t)
	results, err := c.x.Search(t.Context(), c.req, pageSize, 0)
	if err != nil {
		t.Fatal(err)
	}
	return slices.EqualFunc(c.list, asShown(t, results), func(a, b shownResult) bool {
		return a.Kind == b.Kind && a.ID == b.ID && a.Title == b.Title && a.Snippet == b.Snippet && a.Score == b.Score
	})
}

func (c *client) wantFreshResults(t testing.TB) {
	t.Helper()
	testkit.Eventually(t, "the list of "+c.req.Text+" equals a new search", testkit.Timeout, func() bool { return c.hasFreshResults(t) })
}
