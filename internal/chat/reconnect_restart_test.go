package chat_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"hubbub/internal/live/wire"
	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

func TestReconnectAfterARestartLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	testReconnectAfter(t, func(app *apptest.App, _ []*follower) { app.Stop() }, wire.CloseRestart)
}

func TestReconnectAfterACrashLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	testReconnectAfter(t, func(app *apptest.App, all []*follower) {
		for _, f := range all { // so that no close frame arrives
			f.relay.Cut()
		}
		app.Stop()
		for _, f := range all {
			f.relay.Restore()
		}
	}, -1)
}

// testReconnectAfter ends the app twice while followers send messages, and starts another
// one at its address each time. It checks that the connections were closed with the code,
// and that no message was lost or doubled.
func testReconnectAfter(t *testing.T, end func(*apptest.App, []*follower), code wire.CloseCode) {
	app := apptest.Start(t)
	sam := app.As("sam")
	room := app.Room(sam, "restart")
	following, stopFollowing := context.WithCancel(t.Context())
	var living, talking sync.WaitGroup
	defer living.Wait()
	defer stopFollowing()
	var all []*follower
	var sent, answered atomic.Int64
	enough := make(chan struct{})
	for n := range 5 {
		f := follow(following, app, &living, sam, fmt.Sprintf("f%d-", n), room)
		all = append(all, f)
		talking.Go(func() {
			for i := 0; !isClosed(enough); i++ {
				sent.Add(1)
				f.sendUntilAnswered(following, room, fmt.Sprint(f.name, i))
				answered.Add(1)
			}
		})
	}
	talk := func() { // waits for 50 more answers
		t.Helper()
		more := answered.Load() + 50
		testkit.Eventually(t, "more messages are answered", testkit.Timeout, func() bool { return answered.Load() > more })
	}
	talk()
	for range 2 {
		end(app, all)
		app = apptest.StartOn(t, app.DatabaseURL, func(c *apptest.Config) { c.Addr, c.Reconcile = app.Addr(), often })
		talk()
	}
	close(enough)
	talking.Wait()
	waitUntilConverged(following, app, all, []int64{room})
	wantEachStoredOnce(app, []int64{room}, sent.Load())
	for _, f := range all {
		f.mu.Lock()
		if f.codes[int(code)] < 2 {
			t.Errorf("%s was closed with %v, want %d twice", f.name, f.codes, code)
		}
		f.mu.Unlock()
	}
}
