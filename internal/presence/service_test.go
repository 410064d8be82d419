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
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/hub"
	"hubbub/internal/testkit"
)

var brisk = Timing{Grace: 20 * time.Millisecond, Beat: 50 * time.Millisecond, TTL: 500 * time.Millisecond, Pace: time.Millisecond}

// lateService lets account ask a Service that is made after it.
type lateService struct{ *Service }

func (i *lateService) Online(ctx context.Context, ids []int64) map[int64]account.Presence {
	return i.Service.Online(ctx, ids)
}

// startService starts a service on its own node, which runs until the test ends.
// The changes are applied before it runs.
func startService(t testing.TB, db *postgres.DB, timing Timing, change ...func(*Service)) (*Service, *hub.Hub) {
	t.Helper()
	h, online := hub.New(hub.Config{}), &lateService{}
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

// insertUsers creates n users with the ids from 1.
func insertUsers(t testing.TB, db *postgres.DB, n int) {
	t.Helper()
	if _, err := db.Exec(t.Context(), `
		insert into account.users (full_name, handle, email)
		select 'Person ' || i, 'person' || i, 'person' || i || '@test.example' from generate_series(1, $1) i`, n); err != nil {
		t.Fatal(err)
	}
}

// naiveClient keeps who is online as the first guide does: the answer overwrites
// what it has, events add and remove.
type naiveClient struct {
	conn   *hub.Conn
	online map[int64]bool
	status map[int64]Status // of the last presenceUpdated of each user
	frames int
}

func newNaiveClient(h *hub.Hub, userID int64) *naiveClient {
	return &naiveClient{conn: h.Open(hub.Identity{UserID: userID}), online: map[int64]bool{}, status: map[int64]Status{}}
}

func (n *naiveClient) subscribe(t testing.TB, s *Service) {
	here, err := s.Subscribe(context.Background(), n.conn)
	if err != nil {
		t.Error(err)
		return
	}
	answer, _ := json.Marshal(map[string]any{"event": "answer", "data": here})
	n.conn.QueueReply(answer)
	n.conn.Release()
}

func (n *naiveClient) hear(t testing.TB) {
	frames, _ := n.conn.Take(nil)
	n.frames += len(frames)
	for _, f := range frames {
		for line := range bytes.SplitSeq(f.Bytes, []byte("\n")) {
			n.apply(t, line)
		}
	}
}

func (n *naiveClient) apply(t testing.TB, line []byte) {
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

// presence returns the user's presence as the client was sent it.
func (n *naiveClient) presence(id int64) Presence {
	if status, ok := n.status[id]; ok {
		return Presence{Status: status}
	}
	return Presence{Status: Offline}
}

func (n *naiveClient) ids(but int64) []int64 {
	var ids []int64
	for id := range n.online {
		if id != but {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func TestPresenceAnswersAndEventsDoNotCross(t *testing.T) {
	db := testkit.Database(t)
	insertUsers(t, db, 40)
	s, h := startService(t, db, brisk)
	const watcher = 40
	n := newNaiveClient(h, watcher)
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
	testkit.Eventually(t, "all others are offline", testkit.Timeout, func() bool {
		n.hear(t)
		return len(n.ids(watcher)) == 0 && s.Count() == 1
	})
}

func TestPresenceEventAfterTheSnapshotFollowsTheAnswer(t *testing.T) {
	db := testkit.Database(t)
	insertUsers(t, db, 3)
	s, h := startService(t, db, brisk)
	one, two := newNaiveClient(h, 1), newNaiveClient(h, 2)
	defer h.Remove(one.conn)
	defer h.Remove(two.conn)
	two.subscribe(t, s)
	here, err := s.Subscribe(t.Context(), one.conn) // the snapshot is taken, the answer not queued yet
	if err != nil {
		t.Fatal(err)
	}
	defer h.Remove(h.Open(hub.Identity{UserID: 3}))
	testkit.Eventually(t, "the other watcher gets userOnline", testkit.Timeout, func() bool {
		two.hear(t)
		return two.online[3]
	})
	answer, _ := json.Marshal(map[string]any{"event": "answer", "data": here})
	one.conn.QueueReply(answer)
	one.conn.Release()
	if one.hear(t); !one.online[3] {
		t.Errorf("the answer has overwritten a newer event; online are %v", one.online)
	}
}

func TestPresenceEventAfterAStatusChangeFollowsItsAnswer(t *testing.T) {
	db := testkit.Database(t)
	insertUsers(t, db, 1)
	s, h := startService(t, db, brisk)
	one, two := newNaiveClient(h, 1), newNaiveClient(h, 1)
	defer h.Remove(one.conn)
	defer h.Remove(two.conn)
	one.subscribe(t, s)
	two.subscribe(t, s)
	own, err := s.Set(t.Context(), one.conn, 1, Change{Idle: new(true)}) // the answer is not queued yet
	if err != nil || own.Status != Online {
		t.Fatalf("with an active tab the user is %q, %v", own.Status, err)
	}
	if own, err = s.Set(t.Context(), two.conn, 1, Change{Idle: new(true)}); err != nil || own.Status != Away {
		t.Fatalf("with idle tabs the user is %q, %v", own.Status, err)
	}
	one.conn.QueueReply([]byte(`{"answer":"online"}`))
	one.conn.Release()
	frames, _ := one.conn.Take(nil)
	var got []byte
	for _, f := range frames {
		got = append(got, f.Bytes...)
	}
	if answer, event := bytes.Index(got, []byte(`{"answer"`)), bytes.LastIndex(got, []byte(`"away"`)); event < answer {
		t.Errorf("the event is not behind the answer: %s", got)
	}
}

// pauseFor imitates the time that users take between two actions.
func pauseFor(d time.Duration) { <-time.After(d) }

func TestPresenceOfManyArrivalsTakesFewFrames(t *testing.T) {
	const people = 2000
	db := testkit.Database(t)
	insertUsers(t, db, people+1)
	s, h := startService(t, db, Timing{})
	n := newNaiveClient(h, people+1)
	defer h.Remove(n.conn)
	n.subscribe(t, s)
	n.hear(t)
	n.frames = 0
	began := time.Now()
	for id := range int64(people) {
		defer h.Remove(h.Open(hub.Identity{UserID: id + 1}))
	}
	testkit.Eventually(t, "the watcher has all users online", 20*time.Second, func() bool {
		n.hear(t)
		return len(n.ids(0)) == people+1
	})
	took := time.Since(began)
	t.Logf("%d arrivals in %d frames, the last after %v", people, n.frames, took)
	if most := int(took/pace) + 2; n.frames > most {
		t.Errorf("%d frames in %v, want at most %d", n.frames, took, most)
	}
}

func TestPresenceProfileCacheSharesReads(t *testing.T) {
	asked := 0
	n := profileCache{maxAge: time.Hour, people: profilesFunc(func(ids []int64) map[int64]account.Profile {
		asked += len(ids)
		return map[int64]account.Profile{ids[0]: {ID: ids[0]}}
	})}
	for _, ids := range [][]int64{{1}, {1}, {1, 2}, {2, 1}} {
		got, err := n.get(t.Context(), ids)
		if err != nil || len(got) != len(ids) || got[0].ID != ids[0] || !got[0].IsOnline {
			t.Errorf("get %v: %+v, %v", ids, got, err)
		}
	}
	if asked != 2 {
		t.Errorf("asked for %d profiles, want 2", asked)
	}
}

func TestPresenceProfileCacheSharesAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, fails := 0, make(chan error)
		n := profileCache{maxAge: time.Hour, people: hangingPeople(func() error {
			asked++
			return <-fails
		})}
		var waiting sync.WaitGroup
		for range 10 {
			waiting.Go(func() {
				if _, err := n.get(t.Context(), []int64{1}); err == nil {
					t.Error("get returned no error, although the query failed")
				}
			})
		}
		synctest.Wait()
		fails <- errors.New("the database hangs")
		waiting.Wait()
		if asked != 1 {
			t.Errorf("ten callers made %d queries, want 1", asked)
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

func TestPresenceDeadNodeIsReapedOnce(t *testing.T) {
	db := testkit.Database(t)
	insertUsers(t, db, 3)
	ctx := t.Context()
	dead := node{id: "n_dead", name: "dead"}
	if _, err := renewNode(ctx, db, dead, -time.Second); err != nil {
		t.Fatal(err)
	}
	if err := acquireLeases(ctx, db, dead, leaseChanges{acquired: []int64{1, 2, 99}, idle: []bool{false, false, false}}); err != nil {
		t.Fatal(err)
	}
	if _, err := saveChoice(ctx, db, 2, new(Invisible), nil, true); err != nil {
		t.Fatal(err)
	}
	before, _ := readChoices(ctx, db, []int64{2})
	var mu sync.Mutex
	var reaped []string
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			ids, err := reapNodes(ctx, db)
			mu.Lock()
			defer mu.Unlock()
			if reaped = append(reaped, ids...); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if strings.Join(reaped, " ") != dead.id {
		t.Errorf("reaped %v, want the dead node once", reaped)
	}
	after, err := readChoices(ctx, db, []int64{1, 2, 3, 99})
	if err != nil || len(after) != 3 {
		t.Fatalf("%+v, %v", after, err)
	}
	for _, r := range after {
		seen := fmt.Sprint(r.choice.LastSeenAt != nil)
		if r.userID == 2 {
			seen = fmt.Sprint(r.choice.LastSeenAt.Equal(*before[0].choice.LastSeenAt))
		}
		if want := fmt.Sprint(r.userID != 3); seen != want {
			t.Errorf("user %d was seen: %s, want %s", r.userID, seen, want)
		}
	}
	if left, err := readLeases(ctx, db, dead); err != nil || len(left) != 0 {
		t.Errorf("leases that are left: %+v, %v", left, err)
	}
}

func TestPresenceNodeDoesNotReapRightAfterItsOwnSilence(t *testing.T) {
	s := &Service{timing: Timing{TTL: time.Hour}}
	if !s.mayReap() {
		t.Error("the first heartbeat may not reap")
	}
	if !s.mayReap() {
		t.Error("the second heartbeat may not reap")
	}
	s.beatAt = s.beatAt.Add(-2 * time.Hour) // the database was away
	if s.mayReap() {
		t.Error("a node may reap others that could not renew their heartbeat either")
	}
	if !s.mayReap() {
		t.Error("the heartbeat after that may not reap")
	}
}

func TestPresenceChoiceKeepsWhatIsNotSet(t *testing.T) {
	db := testkit.Database(t)
	insertUsers(t, db, 1)
	ctx := t.Context()
	c, err := saveChoice(ctx, db, 1, nil, new("hi"), false)
	if err != nil || c.Status != Online || c.Text != "hi" || c.Version != 1 {
		t.Errorf("chose %+v, %v", c, err)
	}
	c, err = saveChoice(ctx, db, 1, new(Busy), nil, false)
	if err != nil || c.Status != Busy || c.Text != "hi" || c.Version != 2 || c.LastSeenAt != nil {
		t.Errorf("chose %+v, %v", c, err)
	}
	hid, _ := saveChoice(ctx, db, 1, new(Invisible), nil, false)
	again, err := saveChoice(ctx, db, 1, new(Invisible), nil, true)
	if err != nil || hid.LastSeenAt == nil || !again.LastSeenAt.Equal(*hid.LastSeenAt) {
		t.Errorf("last seen at %v, then at %v: %v", hid.LastSeenAt, again.LastSeenAt, err)
	}
}
