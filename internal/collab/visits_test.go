package collab

import (
	"slices"
	"sync"
	"testing"

	"hubbub/internal/collab/yjs"
	"hubbub/internal/live/hub"
	"hubbub/internal/testkit"
)

// fakePresence is a Presence with a set of invisible users.
type fakePresence struct {
	mu        sync.Mutex
	invisible map[int64]bool
}

func (s *fakePresence) Visible(userID int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.invisible[userID]
}

func (s *fakePresence) setInvisible(userID int64, hides bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.invisible[userID] = hides
}

// sendCaret sends an awareness update.
func (w *writer) sendCaret(clock uint64) {
	w.send(kindAwareness, nil, yjs.EncodeAwareness(yjs.Awareness{Client: w.Client, Clock: clock, State: []byte(`{"cursor":1}`)}))
}

// gotVisit reports whether the writer got collaboratorJoined or collaboratorLeft of the user.
func (w *writer) gotVisit(userID int64) bool {
	return slices.ContainsFunc(w.events, func(e testkit.Event) bool { return testkit.DataOf[Visit](w.t, e).UserID == userID })
}

func TestDocumentPresenceOmitsInvisibleUser(t *testing.T) {
	shy := &fakePresence{invisible: map[int64]bool{maya: true}}
	n := newNode(t, func(c *Config) { c.Presence = shy })
	id := n.createDocument()
	a, b := n.writer(sam, id), n.writer(maya, id)
	b.sendCaret(1)
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
			t.Error("an invisible user is a collaborator in a later join")
		}
	}
	if !slices.ContainsFunc(b.Collaborators, func(c Collaborator) bool { return c.User.ID == maya }) {
		t.Error("the user is not among her own collaborators")
	}
	b.write("boo") // her edits are visible
	a.waitText("boo")
	late.waitText("boo")
	for _, w := range []*writer{a, late} {
		if w.gotVisit(maya) || len(w.carets) > 0 {
			t.Errorf("user %d got events of an invisible user: %+v, carets %+v", w.conn.UserID(), w.events, w.carets)
		}
	}
}

func TestDocumentPresenceFollowsVisibility(t *testing.T) {
	shy := &fakePresence{invisible: map[int64]bool{}}
	n := newNode(t, func(c *Config) { c.Presence = shy })
	id := n.createDocument()
	a, b := n.writer(sam, id), n.writer(maya, id)
	a.waitEvent(eventJoined)
	b.sendCaret(1)
	a.waitUntil("her caret", func() bool { return len(a.carets) == 1 })

	shy.setInvisible(maya, true)
	n.VisibilityChanged(t.Context(), maya)
	if left := testkit.DataOf[Visit](t, a.waitEvent(eventLeft)); left.Client != b.Client {
		t.Errorf("collaboratorLeft is %+v", left)
	}
	b.sendCaret(2)
	b.write("boo")
	a.waitText("boo")
	if len(a.carets) != 2 || string(a.carets[1].State) != "null" {
		t.Errorf("the carets are %+v", a.carets)
	}

	shy.setInvisible(maya, false)
	n.VisibilityChanged(t.Context(), maya)
	a.waitEvent(eventJoined)
	b.sendCaret(3)
	a.waitUntil("her caret is back", func() bool { return len(a.carets) == 3 })
	n.Leave(b.conn, id)
	a.waitEvent(eventLeft)
	if len(a.carets) != 4 || string(a.carets[3].State) != "null" {
		t.Errorf("the carets are %+v", a.carets)
	}
}

func TestDocumentPresenceOmitsInvisibleUserOnOtherNodes(t *testing.T) {
	shy := &fakePresence{invisible: map[int64]bool{maya: true}}
	here := newNode(t, func(c *Config) { c.Presence = shy })
	there := onDatabase(t, here.db, hub.Config{}, Config{Timing: manualTiming, Presence: shy})
	id := here.createDocument()
	here.writer(maya, id)
	if others := there.writer(sam, id).Collaborators; len(others) != 1 || others[0].User.ID != sam {
		t.Errorf("the collaborators are %+v", others)
	}
}
