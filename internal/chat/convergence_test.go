package chat_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

const (
	followers = 20
	trouble   = 6 * time.Second // the least time with failures; it is longer until enough has happened
	most      = time.Minute     // the most
)

const (
	stalled = 20 * time.Second // without a change of the difference: the views will not converge
	quiet   = 2 * time.Minute  // within which the views must converge, even on a busy machine
)

// TestReconnectConvergesAfterAnyLoss checks that every client's view equals the
// database after random failures. CONVERGENCE_SEED repeats the random numbers of a
// run, but not the timing of the machine.
func TestReconnectConvergesAfterAnyLoss(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("CONVERGENCE_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("CONVERGENCE_SEED=%d", seed)
	app := apptest.Start(t, func(c *apptest.Config) { c.QueueFrames, c.Reconcile = 12, time.Second })
	sam, cast := app.As("sam"), []string{"sam", "maya", "theo", "lin", "priya"}
	rooms := []int64{app.Room(sam, "red"), app.Room(sam, "green"), app.Room(sam, "blue")}
	following, stopFollowing := context.WithCancel(t.Context())
	var living, talking sync.WaitGroup
	defer living.Wait()
	defer stopFollowing()
	var all []*follower
	clients := map[string]*testkit.Client{}
	for _, handle := range cast {
		clients[handle] = app.As(handle)
	}
	for n := range followers {
		all = append(all, follow(following, app, &living, clients[cast[n%len(cast)]], fmt.Sprintf("f%d-", n), rooms[n%3], rooms[(n+1)%3]))
	}

	troubled, calm := context.WithTimeout(following, most)
	defer calm()
	var sent atomic.Int64
	enough := func() bool { return sent.Load() >= followers && app.Hub().Stats().Closed[wire.CloseTooSlow] > 0 }
	talking.Go(func() {
		defer calm()
		for pause(troubled, trouble) && !enough() {
		}
	})
	for n, f := range all {
		dice := rand.New(rand.NewPCG(seed, uint64(n)))
		talking.Go(func() { f.talk(following, troubled, dice, &sent) })
	}
	breakThings(troubled, app, rand.New(rand.NewPCG(seed, followers)), all)
	for _, f := range all {
		f.relay.Restore()
		f.relay.Thaw()
	}
	ended := time.Now()
	talking.Wait()

	waitUntilConverged(following, app, all, rooms)
	t.Logf("all views are equal after %v", time.Since(ended))
	wantEachStoredOnce(app, rooms, sent.Load())
	changes := apptest.Find[int64](app, `select sum(seq)::bigint from chat.rooms where id = any ($1)`, rooms)
	t.Logf("%d messages, %d changes, %d connections too slow", sent.Load(), changes, app.Hub().Stats().Closed[wire.CloseTooSlow])
	if !enough() {
		t.Error("too few messages or slow connections for a meaningful test")
	}
}

// talk sends, edits, deletes and reacts at random until troubled ends. It completes the
// action that it has begun by then.
func (f *follower) talk(ctx, troubled context.Context, dice *rand.Rand, sent *atomic.Int64) {
	var rooms []int64
	for room := range f.views {
		rooms = append(rooms, room)
	}
	for n := 0; pause(troubled, time.Duration(dice.IntN(60))*time.Millisecond); n++ {
		room := rooms[dice.IntN(len(rooms))]
		own, any := f.views[room].ids(f.name), f.views[room].ids("")
		switch roll := dice.IntN(10); {
		case roll < 6 || len(own) == 0:
			f.sendUntilAnswered(ctx, room, fmt.Sprint(f.name, n))
			sent.Add(1)
		case roll < 7:
			f.ask(http.MethodPatch, message(own[dice.IntN(len(own))]), in{"text": fmt.Sprint(f.name, n, " edited")}, room)
		case roll < 8:
			f.erase(own[dice.IntN(len(own))], room)
		default:
			emoji := []string{"👍", "🎉", "👀"}[dice.IntN(3)]
			f.ask(http.MethodPost, message(any[dice.IntN(len(any))])+"/reactions", in{"emoji": emoji}, room)
		}
	}
}

func message(id int64) string { return fmt.Sprint("/api/chat/messages/", id) }

// noise fills the buffers of the network, so that the connection's queue overflows.
var noise = hub.Event{Name: "noise", Data: strings.Repeat("x", 100<<10)}

// breakThings cuts, freezes and closes the followers' connections, and terminates the
// app's connections to the database.
func breakThings(ctx context.Context, app *apptest.App, dice *rand.Rand, all []*follower) {
	for n := 1; pause(ctx, time.Duration(20+dice.IntN(60))*time.Millisecond); n++ {
		f := all[dice.IntN(len(all))]
		switch dice.IntN(4) {
		case 0:
			f.relay.Cut()
			time.AfterFunc(time.Duration(dice.IntN(300))*time.Millisecond, f.relay.Restore)
		case 1:
			f.relay.Freeze()
			time.AfterFunc(time.Duration(200+dice.IntN(1000))*time.Millisecond, f.relay.Thaw)
		case 2: // the client stops reading while more is sent to it than fits into its queue
			f.relay.Freeze()
			dropped := app.Hub().Stats().Dropped[hub.Log]
			for n := 0; n < 300 && app.Hub().Stats().Dropped[hub.Log] == dropped; n++ {
				app.Hub().Broadcast(ctx, noise, hub.To(f.connectionID()).Here())
			}
			time.AfterFunc(time.Duration(dice.IntN(500))*time.Millisecond, f.relay.Thaw)
		case 3:
			if s := f.connection(); s != nil {
				s.Close()
			}
		}
		if n%15 == 0 {
			app.CutDatabase()
		}
	}
}

// waitUntilConverged waits until no view differs from the database. It fails the test
// if the difference does not change for the duration stalled.
func waitUntilConverged(ctx context.Context, app *apptest.App, all []*follower, rooms []int64) {
	app.T.Helper()
	began, changed, before := time.Now(), time.Now(), ""
	for differs := compare(app, all, rooms); differs != ""; differs = compare(app, all, rooms) {
		if differs != before {
			changed, before = time.Now(), differs
		}
		if time.Since(changed) > stalled || time.Since(began) > quiet {
			app.T.Fatalf("after %v, %v of it without a change: %s", time.Since(began), time.Since(changed), differs)
		}
		pause(ctx, 50*time.Millisecond)
	}
}

// compare describes the first difference between a view and the database, or returns "".
func compare(app *apptest.App, all []*follower, rooms []int64) string {
	app.T.Helper()
	for _, room := range rooms {
		stored, seq := stored(app, room)
		for _, f := range all {
			if v := f.views[room]; v != nil {
				if differs := v.differs(stored, seq); differs != "" {
					return fmt.Sprintf("room %d of %s: %s", room, f.name, differs)
				}
			}
		}
	}
	return ""
}

// stored returns the room's messages in the database, and its seq.
func stored(app *apptest.App, room int64) (map[int64]seen, int64) {
	app.T.Helper()
	rows, err := app.Conn().Query(context.Background(), `
		select m.id, m.seq, m.text, m.deleted_at is not null, coalesce((
		       select string_agg(emoji || count, ' ' order by (emoji || count) collate "C")
		         from (select emoji, count(*) from chat.reactions where message_id = m.id group by emoji) r), '')
		  from chat.messages m
		 where m.room_id = $1`, room)
	if err != nil {
		app.T.Fatal(err)
	}
	stored := map[int64]seen{}
	var id int64
	var m seen
	if _, err = pgx.ForEachRow(rows, []any{&id, &m.Seq, &m.Text, &m.Deleted, &m.Reactions}, func() error {
		stored[id] = m
		return nil
	}); err != nil {
		app.T.Fatal(err)
	}
	return stored, apptest.Find[int64](app, `select seq from chat.rooms where id = $1`, room)
}

// wantEachStoredOnce checks that no sent message is lost or stored twice.
func wantEachStoredOnce(app *apptest.App, rooms []int64, sent int64) {
	app.T.Helper()
	if n := apptest.Find[int64](app, `select count(*) from chat.messages where room_id = any ($1)`, rooms); n != sent {
		app.T.Errorf("%d messages were sent, %d are stored", sent, n)
	}
	doubled := apptest.Find[string](app, `select coalesce(string_agg(text, ', '), '') from (
		select text from chat.messages where room_id = any ($1) and deleted_at is null and edited_at is null
		 group by text having count(*) > 1) d`, rooms)
	if doubled != "" {
		app.T.Errorf("sent once, stored twice: %s", strings.TrimSpace(doubled))
	}
}
