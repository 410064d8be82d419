package search

import (
	"fmt"
	"strings"
	"testing"

	"hubbub/internal/base/index"
	"hubbub/internal/testkit"
)

func (c *client) wantList(t *testing.T, list string) {
	t.Helper()
	testkit.Eventually(t, "the list is "+list, testkit.Timeout, func() bool {
		c.receive(t)
		var names []string
		for _, r := range c.list {
			names = append(names, fmt.Sprint(r.Kind, " ", r.ID))
		}
		return strings.Join(names, ", ") == list
	})
}

func TestStandingQueryAddsMovesAndRemovesResultsByRank(t *testing.T) {
	x := newIndex(t, 1, nil)
	x.put(product(1, "lamp", ""), product(2, "shoe", "for a lamp"))
	c := x.connect(1)
	c.subscribe(t, "lamp", 1, index.Product)
	c.wantList(t, "product 1, product 2")
	x.put(product(3, "desk lamp", ""))
	c.wantList(t, "product 1, product 3, product 2")
	x.put(product(1, "chair", "no light at all, but a lamp of an old kind is beside it"))
	c.wantList(t, "product 3, product 2, product 1")
	x.put(product(3, "desk", ""))
	c.wantList(t, "product 2, product 1")
	x.drop(index.Product, 2)
	c.wantList(t, "product 1")
	events := c.events
	x.put(product(4, "nothing", "of that sort"), message(5, index.Public, "a lamp"))
	x.put(product(6, "lamps", ""))
	c.wantList(t, "product 6, product 1")
	if c.events != events+1 {
		t.Errorf("%d events for one result", c.events-events)
	}
}

func TestStandingQueryMovesTheTwentyFirstResultUp(t *testing.T) {
	x := newIndex(t, 1, nil)
	for id := range int64(25) {
		x.put(message(id+1, index.Public, "lamp"))
	}
	c := x.connect(1)
	c.subscribe(t, "lamp", 1)
	if len(c.list) != pageSize || c.list[0].ID != 25 || c.list[19].ID != 6 {
		t.Fatalf("the list is %+v", c.list)
	}
	x.drop(index.Message, 20, 5)
	testkit.Eventually(t, "the 21st moves up", testkit.Timeout, func() bool { return !c.has(index.Message, 20) && c.has(index.Message, 4) })
	c.wantFreshResults(t)
	x.put(message(26, index.Public, "lamp"))
	testkit.Eventually(t, "the last one makes room", testkit.Timeout, func() bool { return c.has(index.Message, 26) && !c.has(index.Message, 4) })
	c.wantFreshResults(t)
}

func TestStandingQueryFollowsChangesOfRights(t *testing.T) {
	x := newIndex(t, 3, nil)
	x.put(message(1, "room:1", "a lamp"), message(2, "room:2", "a lamp"), message(3, index.Public, "a lamp"))
	x.grant("room:1", 1, 2)
	other := nodeOn(t, x.db, nil)
	first, second, third := x.connect(1), other.connect(2), x.connect(3)
	for _, c := range []*client{first, second, third} {
		c.subscribe(t, "lamp", 1)
	}
	first.wantList(t, "message 3, message 1")
	second.wantList(t, "message 3, message 1")
	x.grant("room:2", 2, 3)
	second.wantList(t, "message 3, message 2, message 1")
	third.wantList(t, "message 3, message 2")
	x.revoke("room:1", 2)
	second.wantList(t, "message 3, message 2")
	x.put(message(2, "room:1", "a lamp")) // now in a scope of other users
	first.wantList(t, "message 3, message 2, message 1")
	second.wantList(t, "message 3")
	third.wantList(t, "message 3")
}

func TestStandingQueryEventsCarryTheNumberOfTheQuery(t *testing.T) {
	x := newIndex(t, 1, nil)
	c := x.connect(1)
	c.subscribe(t, "lamp", 1)
	c.subscribe(t, "shoe", 2)
	x.put(product(1, "lamp", ""), product(2, "shoe", ""))
	c.wantList(t, "product 2")
	if n := x.StandingQueries(); n != 1 {
		t.Errorf("one connection has %d standing queries", n)
	}
	x.hub.Remove(c.conn)
	if n := x.StandingQueries(); n != 0 {
		t.Errorf("%d standing queries remain without a connection", n)
	}
}
