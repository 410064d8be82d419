package presence

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/hub"
	"hubbub/internal/postgres"
	"hubbub/internal/testkit"
)

var brisk = Timing{Grace: 20 * time.Millisecond, Beat: 50 * time.Millisecond, TTL: 500 * time.Millisecond, Pace: time.Millisecond}

// itself lets account ask the service that is made with it.
type itself struct{ *Service }

func (i *itself) Online(ctx context.Context, ids []int64) map[int64]account.Presence {
	return i.Service.Online(ctx, ids)
}

// running is a service on a node of its own, until the test ends. Changes to it
// come before it runs.
func running(t testing.TB, db *postgres.DB, timing Timing, change ...func(*Service)) (*Service, *hub.Hub) {
	t.Helper()
	h, online := hub.New(hub.Config{}), &itself{}
	people, err := account.New(db, account.Config{Hub: h, Online: online, Cost: account.Cost{MemoryKiB: 64, Iterations: 1}})
	if err != nil {
		t.Fatal(err)
	}
	s := New(db, h, people, Config{Timing: timing})
	online.Service = s
	for _, do := range change {
		do(s)
	}
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
	return s, h
}

// crowd makes people; their ids begin with 1.
func crowd(t testing.TB, db *postgres.DB, n int) {
	t.Helper()
	if _, err := db.Exec(t.Context(), `
		insert into account.users (full_name, handle, email)
		select 'Person ' || i, 'person' || i, 'person' || i || '@test.example' from generate_series(1, $1) i`, n); err != nil {
		t.Fatal(err)
	}
}

// naive is a client that keeps who is online as the first guide does: the
// answer overwrites what it has, events add and remove.
type naive struct {
	conn   *hub.Conn
	online map[int64]bool
	status map[int64]Status // of whom it was told
	frames int
}

func newNaive(h *hub.Hub, userID int64) *naive {
	return &naive{conn: h.Open(hub.Identity{UserID: userID}), online: map[int64]bool{}, status: map[int64]Status{}}
}

func (n *naive) subscribe(t testing.TB, s *Service) {
	here, err := s.Subscribe(context.Background(), n.conn)
	if err != nil {
		t.Error(err)
		return
	}
	answer, _ := json.Marshal(map[string]any{"event": "answer", "data": here})
	n.conn.ReplySoon(answer)
	n.conn.Release()
}

func (n *naive) hear(t testing.TB) {
	frames, _ := n.conn.Take(nil)
	n.frames += len(frames)
	for _, f := range frames {
		for line := range bytes.SplitSeq(f.Bytes, []byte("\n")) {
			n.apply(t, line)
		}
	}
}

func (n *naive) apply(t testing.TB, line []byte) {
	var e struct {
		Event string
		Data  json.RawMessage
	}
	if err := json.Unmarshal(line, &e); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	var arrival struct {
		UserID int64
		Status Status
	}
	json.Unmarshal(e.Data, &arrival)
	switch e.Event {
	case "answer":
		var here []struct{ ID int64 }
		json.Unmarshal(e.Data, &here)
		n.online = map[int64]bool{}
		for _, p := range here {
			n.online[p.ID] = true
		}
	case eventUserOnline:
		n.online[arrival.UserID] = true
	case eventUserOffline:
		delete(n.online, arrival.UserID)
	case eventPresenceUpdated:
		n.status[arrival.UserID] = arrival.Status
	}
}

// presence is how somebody is by what the client was told.
func (n *naive) presence(id int64) Presence {
	if status, told := n.status[id]; told {
		return Presence{Status: status}
	}
	return Presence{Status: Offline}
}

func (n *naive) ids(but int64) []int64 {
	var ids []int64
	for id := range n.online {
		if id != but {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func TestAnswersAndEventsDoNotCross(t *testing.T) {
	db := testkit.Database(t)
	crowd(t, db, 40)
	s, h := running(t, db, brisk)
	const watcher = 40
	n := newNaive(h, watcher)
	defer h.Remove(n.conn)
	n.subscribe(t, s)
	var coming sync.WaitGroup
	for id := range int64(30) {
		coming.Go(func() {
			for range 5 {
				c := h.Open(hub.Identity{UserID: id + 1})
				pauseFor(rand.N(30 * time.Millisecond))
				if id >= 15 || rand.N(2) == 0 {
					h.Remove(c)
					pauseFor(rand.N(50 * time.Millisecond))
				} else {
					defer h.Remove(c)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { coming.Wait(); close(done) }()
	for range 200 {
		n.subscribe(t, s)
		n.hear(t)
		pauseFor(time.Millisecond)
	}
	<-done
	testkit.Eventually(t, "all are gone", testkit.Patience, func() bool {
		n.hear(t)
		return len(n.ids(watcher)) == 0 && s.Count() == 1
	})
}

func TestAnEventAfterTheReadingComesBehindTheAnswer(t *testing.T) {
	db := testkit.Database(t)
	crowd(t, db, 3)
	s, h := running(t, db, brisk)
	one, two := newNaive(h, 1), newNaive(h, 2)
	defer h.Remove(one.conn)
	defer h.Remove(two.conn)
	two.subscribe(t, s)
	here, err := s.Subscribe(t.Context(), one.conn) // has read, and not answered yet
	if err != nil {
		t.Fatal(err)
	}
	defer h.Remove(h.Open(hub.Identity{UserID: 3}))
	testkit.Eventually(t, "the other watcher was told", testkit.Patience, func() bool {
		two.hear(t)
		return two.online[3]
	})
	answer, _ := json.Marshal(map[string]any{"event": "answer", "data": here})
	one.conn.ReplySoon(answer)
	one.conn.Release()
	if one.hear(t); !one.online[3] {
		t.Errorf("the answer has overwritten what happened after it; online are %v", one.online)
	}
}

// pauseFor lets time go by for people, who are no machines.
func pauseFor(d time.Duration) { <-time.After(d) }

func TestAStormOfArrivalsCostsAWatcherFewFrames(t *testing.T) {
	const people = 2000
	db := testkit.Database(t)
	crowd(t, db, people+1)
	s, h := running(t, db, Timing{})
	n := newNaive(h, people+1)
	defer h.Remove(n.conn)
	n.subscribe(t, s)
	n.hear(t)
	n.frames = 0
	began := time.Now()
	for id := range int64(people) {
		defer h.Remove(h.Open(hub.Identity{UserID: id + 1}))
	}
	testkit.Eventually(t, "the watcher knows of all", 20*time.Second, func() bool {
		n.hear(t)
		return len(n.ids(0)) == people+1
	})
	took := time.Since(began)
	t.Logf("%d arrivals in %d frames, all known after %v", people, n.frames, took)
	if most := int(took/pace) + 2; n.frames > most {
		t.Errorf("%d frames in %v, want at most %d", n.frames, took, most)
	}
}

func TestManySubscribersShareTheReadingOfNames(t *testing.T) {
	asked := 0
	n := names{fresh: time.Hour, people: profilesFunc(func(ids []int64) map[int64]account.Profile {
		asked += len(ids)
		return map[int64]account.Profile{ids[0]: {ID: ids[0]}}
	})}
	for _, ids := range [][]int64{{1}, {1}, {1, 2}, {2, 1}} {
		got, err := n.of(t.Context(), ids)
		if err != nil || len(got) != len(ids) || got[0].ID != ids[0] || !got[0].IsOnline {
			t.Errorf("of %v: %+v, %v", ids, got, err)
		}
	}
	if asked != 2 {
		t.Errorf("asked for %d profiles, want 2", asked)
	}
}

func TestSubscribersShareAFailureToReadNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, fails := 0, make(chan error)
		n := names{fresh: time.Hour, people: hangingPeople(func() error {
			asked++
			return <-fails
		})}
		var waiting sync.WaitGroup
		for range 10 {
			waiting.Go(func() {
				if _, err := n.of(t.Context(), []int64{1}); err == nil {
					t.Error("the names could not be read, yet they are here")
				}
			})
		}
		synctest.Wait()
		fails <- errors.New("the database hangs")
		waiting.Wait()
		if asked != 1 {
			t.Errorf("ten who wait asked %d times", asked)
		}
	})
}

type hangingPeople func() error

func (h hangingPeople) Profiles(context.Context, []int64) (map[int64]account.Profile, error) {
	return nil, h()
}

type profilesFunc func(ids []int64) map[int64]account.Profile

func (f profilesFunc) Profiles(_ context.Context, ids []int64) (map[int64]account.Profile, error) {
	return f(ids), nil
}

func TestOnlyOneOfManyBuriesADeadNode(t *testing.T) {
	db := testkit.Database(t)
	crowd(t, db, 3)
	ctx := t.Context()
	dead := node{id: "n_dead", name: "dead"}
	if _, err := renew(ctx, db, dead, -time.Second); err != nil {
		t.Fatal(err)
	}
	if err := take(ctx, db, dead, writes{taken: []int64{1, 2, 99}, idle: []bool{false, false, false}}); err != nil {
		t.Fatal(err)
	}
	if _, err := choose(ctx, db, 2, new(Invisible), nil, true); err != nil {
		t.Fatal(err)
	}
	before, _ := choices(ctx, db, []int64{2})
	var mu sync.Mutex
	var buried []string
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			ids, err := reap(ctx, db)
			mu.Lock()
			defer mu.Unlock()
			if buried = append(buried, ids...); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if strings.Join(buried, " ") != dead.id {
		t.Errorf("buried %v, want the dead once", buried)
	}
	after, err := choices(ctx, db, []int64{1, 2, 3, 99})
	if err != nil || len(after) != 3 {
		t.Fatalf("%+v, %v", after, err)
	}
	for _, r := range after {
		seen := fmt.Sprint(r.choice.LastSeenAt != nil)
		if r.userID == 2 {
			seen = fmt.Sprint(r.choice.LastSeenAt.Equal(*before[0].choice.LastSeenAt))
		}
		if want := fmt.Sprint(r.userID != 3); seen != want {
			t.Errorf("%d was seen: %s, want %s", r.userID, seen, want)
		}
	}
	if left, err := leases(ctx, db, dead); err != nil || len(left) != 0 {
		t.Errorf("left are %+v, %v", left, err)
	}
}

func TestWhoWasSilentTooLongLetsOthersSpeakBeforeItBuriesThem(t *testing.T) {
	s := &Service{timing: Timing{TTL: time.Hour}}
	if !s.mayReap() {
		t.Error("a start buries nobody")
	}
	if !s.mayReap() {
		t.Error("a second heartbeat buries nobody")
	}
	s.beatAt = s.beatAt.Add(-2 * time.Hour) // the database was away
	if s.mayReap() {
		t.Error("others are buried who could not say that they live")
	}
	if !s.mayReap() {
		t.Error("nobody is buried any more")
	}
}

func TestWhatIsNotChosenStays(t *testing.T) {
	db := testkit.Database(t)
	crowd(t, db, 1)
	ctx := t.Context()
	c, err := choose(ctx, db, 1, nil, new("hi"), false)
	if err != nil || c.Status != Online || c.Text != "hi" || c.Version != 1 {
		t.Errorf("chose %+v, %v", c, err)
	}
	c, err = choose(ctx, db, 1, new(Busy), nil, false)
	if err != nil || c.Status != Busy || c.Text != "hi" || c.Version != 2 || c.LastSeenAt != nil {
		t.Errorf("chose %+v, %v", c, err)
	}
	hid, _ := choose(ctx, db, 1, new(Invisible), nil, false)
	again, err := choose(ctx, db, 1, new(Invisible), nil, true)
	if err != nil || hid.LastSeenAt == nil || !again.LastSeenAt.Equal(*hid.LastSeenAt) {
		t.Errorf("hid at %v, again at %v: %v", hid.LastSeenAt, again.LastSeenAt, err)
	}
}
