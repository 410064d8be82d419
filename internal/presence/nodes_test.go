package presence_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/presence"
	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

func TestPresenceConvergesOnAnotherNode(t *testing.T) {
	t.Parallel()
	here := apptest.Start(t, apptest.FastPresence)
	there := apptest.StartOn(t, here.DatabaseURL, apptest.FastPresence)
	sam, maya := here.As("sam"), there.As("maya")
	mayaID := here.ID(maya)
	samSocket, _ := subscribePresence(sam)
	mayaSocket := maya.Connect("")
	if came := testkit.DataOf[arrival](t, samSocket.WantEvent("userOnline")); came.UserID != mayaID {
		t.Errorf("userOnline is %+v", came)
	}
	samSocket.WantEvent("presenceUpdated")
	mayaSocket.Post("/api/presence/status", in{"status": "busy", "text": "lunch until 2"}).Want(200)
	waitForPresence(t, samSocket, "busy", "lunch until 2")
	mayaSocket.Post("/api/presence/status", in{"status": "online", "idle": true}).Want(200)
	waitForPresence(t, samSocket, "away", "lunch until 2")
	moved := here.As("maya").Connect("") // to the other node, without an offline event
	waitForPresence(t, samSocket, "online", "lunch until 2")
	mayaSocket.Close()
	moved.Post("/api/presence/status", in{"text": ""}).Want(200)
	there.Stop()
	waitForPresence(t, samSocket, "online", "")
	moved.Close()
	samSocket.WantEvent("userOffline")
}

// waitForPresence waits until the subscriber receives the state; intermediate states may
// come first.
func waitForPresence(t *testing.T, watcher *testkit.Socket, status, text string) {
	t.Helper()
	for {
		is := testkit.DataOf[update](t, watcher.WantEvent("presenceUpdated"))
		if is.Status == status && is.Text == text {
			return
		}
		if is.Status == "offline" {
			t.Fatalf("became %+v before %s", is, status)
		}
	}
}

func TestPresenceDeadNodeTakesItsUsersOfflineOnce(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.FastPresence)
	other := apptest.StartOn(t, app.DatabaseURL, apptest.FastPresence)
	dying := apptest.StartProcess(t, app.DatabaseURL)
	maya, theo := dying.As("maya"), dying.As("theo")
	samSocket, _ := subscribePresence(app.As("sam"))
	linSocket, _ := subscribePresence(other.As("lin"))
	mayaSocket := maya.Connect("")
	theo.Connect("")
	for _, watcher := range []*testkit.Socket{samSocket, linSocket} {
		testkit.Eventually(t, "both are online", testkit.Timeout, func() bool {
			return len(testkit.As[[]person](watcher.Get("/api/presence/subscribe", nil))) == 4
		})
		watcher.Events()
	}
	stays := app.As("theo").Connect("") // has a connection to a live node, too
	defer stays.Close()
	dying.Kill()
	for _, watcher := range []*testkit.Socket{samSocket, linSocket} {
		if went := testkit.DataOf[arrival](t, watcher.WantEvent("userOffline")); went.User.Handle != "maya" {
			t.Errorf("userOffline is %+v", went)
		}
		testkit.DataOf[update](t, watcher.WantEvent("presenceUpdated"))
	}
	back := app.As("priya").Connect("") // a later event, to wait for
	for _, watcher := range []*testkit.Socket{samSocket, linSocket} {
		for e, err := watcher.Next(); ; e, err = watcher.Next() {
			if err != nil || e.Name == "userOffline" {
				t.Fatalf("got %+v, %v", e, err)
			}
			if e.Name == "userOnline" {
				break
			}
		}
	}
	back.Close()
	mayaSocket.Close()
}

func TestPresenceHasNoGhostsAfterAKill(t *testing.T) {
	t.Parallel()
	database := testkit.DatabaseURL(t)
	killed := apptest.StartProcess(t, database)
	maya := killed.As("maya")
	mayaSocket := maya.Connect("")
	mayaSocket.Get("/api/presence/subscribe", nil).Want(200)
	testkit.Eventually(t, "her lease is stored", testkit.Timeout, func() bool { return leasesIn(t, database) == 1 })
	killed.Kill()
	app := apptest.StartOn(t, database, apptest.FastPresence)
	samSocket, _ := subscribePresence(app.As("sam"))
	wantPresence(app, app.As("sam"), app.ID(app.As("maya")), presence.Offline)
	testkit.Eventually(t, "subscribers see her offline", testkit.Timeout, func() bool {
		here := testkit.As[[]person](samSocket.Get("/api/presence/subscribe", nil))
		return len(here) == 1 && here[0].Handle == "sam"
	})
	testkit.Eventually(t, "the lease of the killed node is gone", testkit.Timeout, func() bool { return leasesIn(t, database) == 1 })
}

func TestPresenceSurvivesARestartWithinTheGrace(t *testing.T) {
	t.Parallel()
	withGrace := func(c *apptest.Config) { apptest.FastPresence(c); c.Presence.Grace = time.Second }
	app := apptest.Start(t, withGrace)
	app.As("maya").Connect("")
	testkit.Eventually(t, "her lease is stored", testkit.Timeout, func() bool { return leasesIn(t, app.DatabaseURL) == 1 })
	app.Stop()
	again := apptest.StartOn(t, app.DatabaseURL, withGrace)
	again.As("maya").Connect("")
	samSocket, here := subscribePresence(again.As("sam"))
	if len(here) != 2 {
		t.Errorf("the users online are %+v", here)
	}
	testkit.Eventually(t, "the old node is deleted", testkit.Timeout, func() bool {
		return apptest.Find[int64](again, `select count(*) from presence.nodes`) == 1
	})
	again.As("theo").Connect("")
	for e, _ := samSocket.Next(); e.Name != "presenceUpdated"; e, _ = samSocket.Next() {
		if e.Name != "userOnline" || testkit.DataOf[arrival](t, e).User.Handle != "theo" {
			t.Fatalf("got %s %s", e.Name, e.Data)
		}
	}
}

// leasesIn counts the leases in a database on which no app of this process runs.
func leasesIn(t *testing.T, databaseURL string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), `select count(*) from presence.leases`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
