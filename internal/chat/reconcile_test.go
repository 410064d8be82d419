package chat

import (
	"context"
	"strings"
	"testing"

	"hubbub/internal/account"
	"hubbub/internal/hub"
	"hubbub/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// alone is everybody's presence where nobody asks.
type alone struct{}

func (alone) Online(context.Context, []int64) map[int64]account.Presence { return nil }

func (alone) Visible(int64) bool { return true }

// chatting is a service on a database of its own, its hub, and a person.
func chatting(t *testing.T) (*Service, *hub.Hub, account.User) {
	t.Helper()
	db, h := testkit.Database(t), hub.New(hub.Config{})
	people, err := account.New(db, account.Config{Hub: h, Online: alone{}, Cost: account.Cost{MemoryKiB: 64, Iterations: 1}})
	if err != nil {
		t.Fatal(err)
	}
	s := New(db, h, people, alone{})
	return s, h, signUp(t, s, "Ada")
}

func signUp(t *testing.T, s *Service, name string) account.User {
	t.Helper()
	person := account.NewPerson{FullName: name, Email: name + "@test.example", Password: "correct horse"}
	caller, _, err := s.people.(*account.Service).SignUp(t.Context(), person, account.Client{})
	if err != nil {
		t.Fatal(err)
	}
	return caller.User
}

func TestReconcilingAsksTheDatabaseOnceHoweverManyRoomsAreOpen(t *testing.T) {
	ctx := t.Context()
	s, h, ada := chatting(t)
	conn := h.Open(hub.Identity{UserID: ada.ID})
	defer h.Remove(conn)

	asks := func() int64 {
		before := s.db.Stat().AcquireCount()
		if err := s.reconcile(ctx); err != nil {
			t.Fatal(err)
		}
		return s.db.Stat().AcquireCount() - before
	}
	if n := asks(); n != 0 {
		t.Errorf("while no room is open it asks %d times", n)
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
	if n := asks(); n != 1 {
		t.Errorf("with three rooms open it asks %d times", n)
	}
	h.LeaveAll(conn)
	if n := asks(); n != 0 || len(s.ledger.rooms) != 0 {
		t.Errorf("after all left it asks %d times, and keeps %d accounts", n, len(s.ledger.rooms))
	}
}

func TestReconcileSendsOnlyToWhoMayStillHearAndEvictsOthers(t *testing.T) {
	ctx := t.Context()
	here, _, ada := chatting(t)
	bob, eve := signUp(t, here, "Bob"), signUp(t, here, "Eve")
	there := New(here.db, hub.New(hub.Config{}), here.people, alone{}) // another node, without a bus
	room, err := here.Create(ctx, nil, ada, NewRoom{Name: "private", Kind: Private, Members: []int64{bob.ID, eve.ID}})
	if err != nil {
		t.Fatal(err)
	}
	bobs, eves, list := listens(t, there, bob, room.ID), listens(t, there, eve, room.ID), there.hub.Open(hub.Identity{UserID: eve.ID})
	if _, err := there.Rooms(ctx, list, eve, false); err != nil {
		t.Fatal(err)
	}
	taken(bobs)

	if err := here.RemoveMember(ctx, nil, ada, room.ID, eve.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := here.Send(ctx, nil, ada, Outgoing{RoomID: room.ID, Text: "secret"}); err != nil {
		t.Fatal(err)
	}
	if err := there.reconcile(ctx); err != nil {
		t.Fatal(err)
	}
	if heard := taken(bobs); !strings.Contains(heard, "secret") {
		t.Errorf("Bob heard %s", heard)
	}
	for _, conn := range []*hub.Conn{eves, list} {
		if heard := taken(conn); strings.Contains(heard, "secret") || !strings.Contains(heard, `"removedFrom"`) {
			t.Errorf("Eve heard %s", heard)
		}
	}
	in := func(conn *hub.Conn) bool { return there.hub.In(conn, hubRoom(room.ID)) }
	if in(eves) || there.hub.In(list, hub.Record(resource, room.ID)) || !in(bobs) {
		t.Error("the wrong people are in the room")
	}
}

func TestReconcileEvictsAlsoWhenNothingWasSent(t *testing.T) {
	ctx := t.Context()
	here, _, ada := chatting(t)
	eve := signUp(t, here, "Eve")
	there := New(here.db, hub.New(hub.Config{}), here.people, alone{})
	room, err := here.Create(ctx, nil, ada, NewRoom{Name: "private", Kind: Private, Members: []int64{eve.ID}})
	if err != nil {
		t.Fatal(err)
	}
	eves := listens(t, there, eve, room.ID)
	if err := here.RemoveMember(ctx, nil, ada, room.ID, eve.ID); err != nil {
		t.Fatal(err)
	}
	if err := there.reconcile(ctx); err != nil {
		t.Fatal(err)
	}
	if there.hub.In(eves, hubRoom(room.ID)) {
		t.Error("Eve is in the room")
	}
}

// listens opens a connection of a person and joins the room.
func listens(t *testing.T, s *Service, who account.User, roomID int64) *hub.Conn {
	t.Helper()
	conn := s.hub.Open(hub.Identity{UserID: who.ID})
	if _, err := s.Join(t.Context(), conn, who, roomID, nil); err != nil {
		t.Fatal(err)
	}
	return conn
}

// taken returns what waits in the connection's queue.
func taken(conn *hub.Conn) string {
	frames, _ := conn.Take(nil)
	var text strings.Builder
	for _, f := range frames {
		text.Write(f.Bytes)
		text.WriteByte('\n')
	}
	return text.String()
}

func TestAHoleInWhatWasToldIsBehindUntilItIsFilled(t *testing.T) {
	var l ledger
	l.record(1, 4) // nobody has it open
	l.open(1, 5)
	l.open(1, 9) // the second to join has read more; the first has not
	l.record(1, 7)
	if behind := l.behind(map[int64]int64{1: 7, 2: 3}); len(behind) != 1 || behind[1] != 5 {
		t.Errorf("behind are %v", behind)
	}
	l.record(1, 6)
	if behind := l.behind(map[int64]int64{1: 7}); len(behind) != 0 {
		t.Errorf("after the hole was filled, behind are %v", behind)
	}
	l.record(1, 9)
	l.recordUpTo(1, 8)
	if behind := l.behind(map[int64]int64{1: 9}); len(behind) != 0 || len(l.rooms[1].ahead) != 0 {
		t.Errorf("after catching up, behind are %v, ahead %v", behind, l.rooms[1].ahead)
	}
}
