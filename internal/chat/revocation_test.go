package chat_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"hubbub/internal/live/hub"
	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

// TestChatRemovalDuringAJoinWins blocks a join twice where it reads Maya's membership:
// after the first read she is removed, and the join reads again. In between it must not
// add her to the hub room.
func TestChatRemovalDuringAJoinWins(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	room := app.PrivateRoom(sam, maya)
	tab := maya.Connect("")
	app.Exec(`create sequence chat.turns`)
	app.Exec(`create sequence chat.doors`)
	app.Exec(`create function chat.gate() returns bool language plpgsql volatile as $$
		begin
		  if nextval('chat.turns') = 1 then
		    perform pg_advisory_xact_lock_shared(nextval('chat.doors'));
		  end if;
		  return true;
		end $$`)
	app.Exec(`alter table chat.rooms rename to places`)
	app.Exec(fmt.Sprintf(`create view chat.rooms as select * from chat.places where id <> %d or chat.gate()`, room))
	app.Exec(`select pg_advisory_lock(1), pg_advisory_lock(2)`)
	waitsAt := func(door int) {
		t.Helper()
		testkit.Eventually(t, fmt.Sprint("the join waits at door ", door), testkit.Timeout, func() bool {
			return apptest.Find[bool](app, `select exists (select from pg_locks where locktype = 'advisory' and not granted and objid = $1
				and database = (select oid from pg_database where datname = current_database()))`, door)
		})
	}

	var joined testkit.Answer
	var joining sync.WaitGroup
	joining.Go(func() { joined, _ = tab.Try(http.MethodGet, "/api/chat/join", in{"roomId": room}) })
	waitsAt(1)
	app.RemoveMember(sam, room, maya)
	app.Exec(`select setval('chat.turns', 1, false)`)
	app.Exec(`select pg_advisory_unlock(1)`)
	waitsAt(2)
	app.Send(sam, room, "after")
	app.Exec(`select pg_advisory_unlock(2)`)
	joining.Wait()
	joined.Want(http.StatusNotFound)
	if got := receivedTexts(app, tab); len(got) > 0 {
		t.Errorf("Maya receives %v", got)
	}
}

func TestChatRemovalWinsOverConcurrentJoinsAndSends(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, theo, maya := app.As("sam"), app.As("theo"), app.As("maya")
	for round := range 5 {
		room := app.PrivateRoom(sam, maya, theo)
		tabs := []*testkit.Socket{maya.Connect(""), maya.Connect("view=html"), maya.Connect("")}
		tabs[0].Get("/api/chat/join", in{"roomId": room}).Want(200)
		var removed atomic.Bool
		var working sync.WaitGroup
		stop := make(chan struct{})
		for _, tab := range tabs { // they join repeatedly
			working.Go(func() {
				for !isClosed(stop) {
					tab.Try(http.MethodGet, "/api/chat/join", in{"roomId": room})
				}
			})
		}
		writer := theo.Connect("")
		working.Go(func() {
			for !isClosed(stop) {
				text := "before"
				if removed.Load() {
					text = "after"
				}
				writer.Try(http.MethodPost, "/api/chat/send", in{"roomId": room, "text": text})
			}
		})
		tabs[0].WantEvent("newMessage")
		app.RemoveMember(sam, room, maya)
		removed.Store(true)
		for range 3 {
			app.Send(sam, room, "after")
		}
		close(stop)
		working.Wait()
		app.Send(sam, room, "after")
		for n, tab := range tabs {
			for _, text := range receivedTexts(app, tab) {
				if text == "after" {
					t.Errorf("round %d: tab %d receives a message that was sent after the removal", round, n)
				}
			}
			tab.Get("/api/chat/join", in{"roomId": room}).Want(http.StatusNotFound)
		}
	}
}

func TestChatRemovalDiscardsQueuedEvents(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	room := app.PrivateRoom(sam, maya)
	relay := testkit.NewRelay(t, app.Addr())
	slow := maya.Through(relay).Connect("")
	slow.Get("/api/chat/join", in{"roomId": room}).Want(200)
	relay.Freeze()
	sent, large := 0, hub.Event{Name: "newMessage", Data: in{"text": strings.Repeat("x", 100<<10)}}
	testkit.Eventually(t, "frames wait in her queue", testkit.Timeout, func() bool {
		app.Hub().Broadcast(t.Context(), large, hub.To(fmt.Sprint("chat-", room))) // the buffers of the network fill first
		sent++
		return app.Hub().Stats().Deepest > 5
	})
	app.RemoveMember(sam, room, maya)
	if left := app.Hub().Stats().Deepest; left > 1 {
		t.Errorf("after the removal %d frames are still queued", left)
	}
	relay.Thaw()
	if got := receivedTexts(app, slow); len(got) > sent-5 {
		t.Errorf("Maya receives all %d messages", len(got))
	}
}

// receivedTexts returns the texts of the newMessage events that have arrived.
func receivedTexts(app *apptest.App, s *testkit.Socket) []string {
	app.T.Helper()
	var texts []string
	for _, e := range s.Events() {
		if e.Name == "newMessage" {
			texts = append(texts, testkit.DataOf[apptest.Fields](app.T, e).Text)
		}
	}
	return texts
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
