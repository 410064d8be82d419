package chat

import (
	"context"
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
	caller, _, err := people.SignUp(t.Context(), account.NewPerson{FullName: "Ada", Email: "ada@test.example", Password: "correct horse"}, account.Client{})
	if err != nil {
		t.Fatal(err)
	}
	return New(db, h, people, alone{}), h, caller.User
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

func TestAHoleInWhatWasToldIsBehindUntilItIsFilled(t *testing.T) {
	var l ledger
	l.note(1, 4) // nobody has it open
	l.open(1, 5)
	l.open(1, 9) // the second to join has read more; the first has not
	l.note(1, 7)
	if behind := l.behind(map[int64]int64{1: 7, 2: 3}); len(behind) != 1 || behind[1] != 5 {
		t.Errorf("behind are %v", behind)
	}
	l.note(1, 6)
	if behind := l.behind(map[int64]int64{1: 7}); len(behind) != 0 {
		t.Errorf("after the hole was filled, behind are %v", behind)
	}
	l.note(1, 9)
	l.catchUp(1, 8)
	if behind := l.behind(map[int64]int64{1: 9}); len(behind) != 0 || len(l.rooms[1].ahead) != 0 {
		t.Errorf("after catching up, behind are %v, ahead %v", behind, l.rooms[1].ahead)
	}
}
