package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hubbub/internal/testkit"
	"hubbub/internal/wire"
)

func TestReconnectAfterARestartLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	testReconnectAfter(t, func(app *instance, _ []*follower) { app.stop() }, wire.CloseRestart)
}

func TestReconnectAfterACrashLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	testReconnectAfter(t, func(app *instance, all []*follower) {
		for _, f := range all { // no goodbye reaches anybody
			f.wire.Cut()
		}
		app.stop()
		for _, f := range all {
			f.wire.Restore()
		}
	}, -1)
}

// survive lets people write to each other while the app ends twice and another
// one begins at its address, and checks that all were told with the code.
func testReconnectAfter(t *testing.T, end func(*instance, []*follower), code wire.CloseCode) {
	app := startApp(t)
	sam := app.as("sam")
	room := app.room(sam, "restart")
	following, stopFollowing := context.WithCancel(t.Context())
	var living, talking sync.WaitGroup
	defer living.Wait()
	defer stopFollowing()
	var all []*follower
	var said, answered atomic.Int64
	enough := make(chan struct{})
	for n := range 5 {
		f := app.follow(following, &living, sam, fmt.Sprintf("f%d-", n), room)
		all = append(all, f)
		talking.Go(func() {
			for i := 0; !isClosed(enough); i++ {
				said.Add(1)
				f.sendUntilAnswered(following, room, fmt.Sprint(f.name, i))
				answered.Add(1)
			}
		})
	}
	talk := func() { // until they are in the middle of it
		t.Helper()
		more := answered.Load() + 50
		testkit.Eventually(t, "they talk", testkit.Patience, func() bool { return answered.Load() > more })
	}
	talk()
	for range 2 {
		end(app, all)
		app = startAppOn(t, app.config.DatabaseURL, func(c *Config) { c.Addr, c.Reconcile = app.listener.Addr().String(), often })
		talk()
	}
	close(enough)
	talking.Wait()
	app.waitUntilConverged(following, all, []int64{room})
	app.wantEachStoredOnce([]int64{room}, said.Load())
	for _, f := range all {
		f.mu.Lock()
		if f.codes[int(code)] < 2 {
			t.Errorf("%s was closed with %v, want %d twice", f.name, f.codes, code)
		}
		f.mu.Unlock()
	}
}

func TestShutdownCloses500SocketsWithinTenSeconds(t *testing.T) {
	app := startApp(t)
	sam := app.as("sam")
	room := app.room(sam, "crowd")
	sockets := make([]*testkit.Socket, 500)
	for i := range sockets {
		sockets[i] = sam.Connect("")
		sockets[i].Get("/api/chat/join", in{"roomId": room}).Want(200)
	}
	began := time.Now()
	app.stop()
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
	for _, s := range sockets {
		s.WantClosed(1012)
	}
}

func TestShutdownIsNotReadyBeforeSocketsClose(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	sam := app.as("sam")
	wire := testkit.Relay(t, app.listener.Addr().String())
	quick, stuck := sam.Connect(""), sam.Through(wire).Connect("")
	wire.Freeze() // it takes its time to say goodbye
	asked := app.anonymous()
	asked.Get("/readyz").Want(200)
	var leaving sync.WaitGroup
	leaving.Go(app.stop)
	quick.WantClosed(1012)
	asked.Get("/readyz").Want(503).WantBody("shutting down")
	asked.Get("/healthz").Want(200)
	if got := sam.ConnectRefused(""); got != 503 {
		t.Errorf("somebody new is refused with %d", got)
	}
	wire.Thaw()
	stuck.WantClosed(1012)
	leaving.Wait()
}
