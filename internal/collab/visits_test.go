package collab

import (
	"slices"
	"sync"
	"testing"

	"hubbub/internal/collab/yjs"
	"hubbub/internal/hub"
	"hubbub/internal/testkit"
)

// shyness is a presence: who hides.
type shyness struct {
	mu   sync.Mutex
	hide map[int64]bool
}

func (s *shyness) Visible(userID int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.hide[userID]
}

func (s *shyness) set(userID int64, hides bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hide[userID] = hides
}

// caret says where a writer is.
func (w *writer) caret(clock uint64) {
	w.send(kindAwareness, nil, yjs.EncodeAwareness(yjs.Awareness{Client: w.Client, Clock: clock, State: []byte(`{"cursor":1}`)}))
}

// sees tells whether the writer was told of somebody's coming or going.
func (w *writer) sees(userID int64) bool {
	return slices.ContainsFunc(w.events, func(e testkit.Event) bool { return testkit.DataOf[Visit](w.t, e).UserID == userID })
}

func TestWhoHidesIsNotAmongThoseWhoAreHere(t *testing.T) {
	shy := &shyness{hide: map[int64]bool{maya: true}}
	n := newNode(t, func(c *Config) { c.Presence = shy })
	id := n.document()
	a, b := n.writer(sam, id), n.writer(maya, id)
	b.caret(1)
	plain := n.connection(maya)
	if _, err := n.Join(t.Context(), plain, Opening{DocID: id}); err != nil {
		t.Fatal(err)
	}
	if err := n.Cursor(t.Context(), plain, id, 4); err != nil {
		t.Fatal(err)
	}
	n.hub.Remove(plain)
	late := n.writer(theo, id)
	for _, c := range late.Collaborators {
		if c.User.ID == maya {
			t.Error("she is named to who comes later")
		}
	}
	if !slices.ContainsFunc(b.Collaborators, func(c Collaborator) bool { return c.User.ID == maya }) {
		t.Error("she does not know of herself")
	}
	b.write("boo") // what she writes is seen, and so is that somebody wrote it
	a.reads("boo")
	late.reads("boo")
	for _, w := range []*writer{a, late} {
		if w.sees(maya) || len(w.carets) > 0 {
			t.Errorf("%d is told of her: %+v, carets %+v", w.conn.UserID(), w.events, w.carets)
		}
	}
}

func TestWhoBeginsToHideLeavesAndComesBack(t *testing.T) {
	shy := &shyness{hide: map[int64]bool{}}
	n := newNode(t, func(c *Config) { c.Presence = shy })
	id := n.document()
	a, b := n.writer(sam, id), n.writer(maya, id)
	a.hears(eventJoined)
	b.caret(1)
	a.until("her caret", func() bool { return len(a.carets) == 1 })

	shy.set(maya, true)
	n.Seen(t.Context(), maya)
	if left := testkit.DataOf[Visit](t, a.hears(eventLeft)); left.Client != b.Client {
		t.Errorf("told %+v", left)
	}
	b.caret(2)
	b.write("boo")
	a.reads("boo")
	if len(a.carets) != 2 || string(a.carets[1].State) != "null" {
		t.Errorf("the carets are %+v", a.carets)
	}

	shy.set(maya, false)
	n.Seen(t.Context(), maya)
	a.hears(eventJoined)
	b.caret(3)
	a.until("her caret is back", func() bool { return len(a.carets) == 3 })
	n.Leave(b.conn, id)
	a.hears(eventLeft)
	if len(a.carets) != 4 || string(a.carets[3].State) != "null" {
		t.Errorf("the carets are %+v", a.carets)
	}
}

func TestWhoHidesIsHiddenFromOtherNodesToo(t *testing.T) {
	shy := &shyness{hide: map[int64]bool{maya: true}}
	here := newNode(t, func(c *Config) { c.Presence = shy })
	there := onDatabase(t, here.db, hub.Config{}, Config{Timing: slow, Presence: shy})
	id := here.document()
	here.writer(maya, id)
	if others := there.writer(sam, id).Collaborators; len(others) != 1 || others[0].User.ID != sam {
		t.Errorf("he finds %+v", others)
	}
}
