package chat

import (
	"context"
	"strings"
	"testing"

	"hubbub/internal/account"
	"hubbub/internal/live/hub"
	"hubbub/internal/testkit"
)

// stubPresence reports every user as visible and none as online.
type stubPresence struct{}

func (stubPresence) Online(context.Context, []int64) map[int64]account.Presence { return nil }

func (stubPresence) Visible(int64) bool { return true }

// newTestService returns a service on a database of its own, its hub, and a user. The functions change the
// configuration.
func newTestService(t *testing.T, change ...func(*Config)) (*Service, *hub.Hub, account.User) {
	t.Helper()
	db, h := testkit.Database(t), hub.New(hub.Config{})
	cost := account.Cost{MemoryKiB: 64, Iterations: 1}
	people, err := account.New(db, account.Config{Hub: h, Online: stubPresence{}, Cost: cost})
	if err != nil {
		t.Fatal(err)
	}
	config := Config{Presence: stubPresence{}}
	for _, c := range change {
		c(&config)
	}
	s := New(db, h, people, config)
	return s, h, signUp(t, s, "Ada")
}

func signUp(t *testing.T, s *Service, name string) account.User {
	t.Helper()
	person := account.SignUpInput{FullName: name, Email: name + "@test.example", Password: "correct horse"}
	caller, _, err := s.people.(*account.Service).SignUp(t.Context(), person, account.Client{})
	if err != nil {
		t.Fatal(err)
	}
	return caller.User
}

func TestReconcileTakesOneQueryForAllOpenRooms(t *testing.T) {
	ctx := t.Context()
	s, h, ada := newTestService(t)
	conn := h.Open(hub.Identity{UserID: ada.ID})
	defer h.Remove(conn)

	queries := func() int64 {
		before := s.db.Stat().AcquireCount()
		if err := s.reconcile(ctx); err != nil {
			t.Fatal(err)
		}
		return s.db.Stat().AcquireCount() - before
	}
	if n := queries(); n != 0 {
		t.Errorf("reconcile makes %d queries while no room is open, want 0", n)
	}
	for _, name := range []string{"one", "two", "three"} {
		room, err := s.Create(ctx, nil, ada, NewRoom{Name: name, Kind: Public})
		if err == nil {
			_, err = s.Join(ctx, conn, ada, room.ID, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := queries(); n != 1 {
		t.Errorf("reconcile makes %d queries with three rooms open, want 1", n)
	}
	h.LeaveAll(conn)
	if n := queries(); n != 0 || s.watermarks.Len() != 0 {
		t.Errorf("after all left, reconcile makes %d queries and keeps %d watermarks", n, s.watermarks.Len())
	}
}

func TestReconcileSendsOnlyToMembersAndEvictsOthers(t *testing.T) {
	ctx := t.Context()
	here, _, ada := newTestService(t)
	bob, eve := signUp(t, here, "Bob"), signUp(t, here, "Eve")
	there := New(here.db, hub.New(hub.Config{}), here.people, Config{Presence: stubPresence{}}) // another node, without a bus
	room, err := here.Create(ctx, nil, ada, NewRoom{Name: "private", Kind: Private, Members: []int64{bob.ID, eve.ID}})
	if err != nil {
		t.Fatal(err)
	}
	bobs, eves := joinAs(t, there, bob, room.ID), joinAs(t, there, eve, room.ID)
	list := there.hub.Open(hub.Identity{UserID: eve.ID})
	if _, err := there.Rooms(ctx, list, eve, false); err != nil {
		t.Fatal(err)
	}
	queuedFrames(bobs)

	if err := here.RemoveMember(ctx, nil, ada, room.ID, eve.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := here.Send(ctx, nil, ada, Outgoing{RoomID: room.ID, Text: "secret"}); err != nil {
		t.Fatal(err)
	}
	if err := there.reconcile(ctx); err != nil {
		t.Fatal(err)
	}
	if got := queuedFrames(bobs); !strings.Contains(got, "secret") {
		t.Errorf("Bob got %s, want the missed message", got)
	}
	for _, conn := range []*hub.Conn{eves, list} {
		if got := queuedFrames(conn); strings.Contains(got, "secret") || !strings.Contains(got, `"removedFrom"`) {
			t.Errorf("Eve got %s, want only removedFrom", got)
		}
	}
	in := func(conn *hub.Conn) bool { return there.hub.In(conn, hubRoom(room.ID)) }
	if in(eves) || there.hub.In(list, hub.RecordRoom(resource, room.ID)) || !in(bobs) {
		t.Error("Bob must be in the room, and Eve's connections must not")
	}
}

func TestReconcileEvictsWithoutMissedMessages(t *testing.T) {
	ctx := t.Context()
	here, _, ada := newTestService(t)
	eve := signUp(t, here, "Eve")
	there := New(here.db, hub.New(hub.Config{}), here.people, Config{Presence: stubPresence{}})
	room, err := here.Create(ctx, nil, ada, NewRoom{Name: "private", Kind: Private, Members: []int64{eve.ID}})
	if err != nil {
		t.Fatal(err)
	}
	eves := joinAs(t, there, eve, room.ID)
	if err := here.RemoveMember(ctx, nil, ada, room.ID, eve.ID); err != nil {
		t.Fatal(err)
	}
	if err := there.reconcile(ctx); err != nil {
		t.Fatal(err)
	}
	if there.hub.In(eves, hubRoom(room.ID)) {
		t.Error("Eve is still in the room")
	}
}

// joinAs opens a connection of the user and joins the room.
func joinAs(t *testing.T, s *Service, who account.User, roomID int64) *hub.Conn {
	t.Helper()
	conn := s.hub.Open(hub.Identity{UserID: who.ID})
	if _, err := s.Join(t.Context(), conn, who, roomID, nil); err != nil {
		t.Fatal(err)
	}
	return conn
}

// queuedFrames takes the frames from the connection's queue and returns them, one a line.
func queuedFrames(conn *hub.Conn) string {
	frames, _ := conn.Take(nil)
	var text strings.Builder
	for _, f := range frames {
		text.Write(f.Bytes)
		text.WriteByte('\n')
	}
	return text.String()
}
