package socket_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/internal/live/hub"
	"hubbub/internal/live/socket"
	"hubbub/internal/live/wire"
)

func TestEventCarriesHTMLOnlyOnRequest(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	page := p.connect("view=html").join("a")
	program := p.connect("").join("a")
	p.hub.Broadcast(t.Context(), hub.Event{Name: "x", Data: 1, HTML: paragraph}, hub.To("a"))
	if f := page.next(); f.Event != "x" || f.Room != "a" || string(f.Data) != "1" || f.HTML != "<p>" {
		t.Errorf("page got %+v", f)
	}
	if f := program.next(); f.HTML != "" || string(f.Data) != "1" {
		t.Errorf("program got %+v", f)
	}
}

// One member does not read and is closed with 4408. The other gets every event
// in the meantime.
func TestSlowClientIsClosedWhileOthersGetEveryEvent(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	slow, quick := p.connect("").join("a"), p.connect("").join("a")
	big := strings.Repeat("x", 32<<10)
	for i := 0; p.hub.Stats().Dropped[hub.Log] == 0; i++ {
		if i == 2000 {
			t.Fatal("64 MB were queued for a client that does not read")
		}
		p.hub.Broadcast(t.Context(), hub.Event{Name: "x", Data: []any{i, big}}, hub.To("a"))
		if f := quick.next(); !strings.HasPrefix(string(f.Data), fmt.Sprintf("[%d,", i)) {
			t.Fatalf("event %d was lost", i)
		}
	}
	slow.wantClose(4408)
	p.hub.Broadcast(t.Context(), hub.Event{Name: "after"}, hub.To("a"))
	if f := quick.next(); f.Event != "after" {
		t.Errorf("%+v", f)
	}
}

func TestWriteDeadlineDropsAPeerThatDoesNotRead(t *testing.T) {
	p := newTestServer(t, socket.Config{WriteWait: 20 * time.Millisecond}, hub.Config{})
	p.connect("").join("a")
	big := strings.Repeat("x", 32<<10)
	p.eventually("the connection is closed as too slow", func() bool {
		p.hub.Broadcast(t.Context(), hub.Event{Name: "x", Data: big}, hub.To("a"))
		return p.hub.Stats().Closed[wire.CloseTooSlow] == 1
	})
}

// Bob is evicted during concurrent broadcasts. No event broadcast after Evict
// returned reaches any of his tabs.
func TestEvictionStopsDeliveryToEveryConnection(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	tabs := []*client{p.connect("user=2").join("a"), p.connect("user=2").join("a")}
	var publishers sync.WaitGroup
	stop := make(chan struct{})
	published := make(chan struct{}, 1)
	publishers.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			p.hub.Broadcast(context.Background(), hub.Event{Name: "before", Class: hub.Volatile}, hub.To("a"))
			select {
			case published <- struct{}{}:
			default:
			}
		}
	})
	<-published
	p.hub.Evict(2, "a")
	p.hub.Broadcast(t.Context(), hub.Event{Name: "after"}, hub.To("a"))
	close(stop)
	publishers.Wait()
	p.hub.Broadcast(t.Context(), hub.Event{Name: "end"}, hub.To("user-2"))
	for _, tab := range tabs {
		for f := tab.next(); f.Event != "end"; f = tab.next() {
			if f.Event == "after" {
				t.Error("Bob got an event that was broadcast after the eviction")
			}
		}
	}
}

func TestRevokedSessionIsClosedWithinASecond(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	revoked, other := p.connect("user=7&session=session:1").join("a"), p.connect("user=7&session=session:2").join("a")
	start := time.Now()
	p.hub.CloseSession("session:1", wire.CloseSignedOut)
	revoked.wantClose(4401)
	if took := time.Since(start); took > time.Second {
		t.Errorf("it took %v", took)
	}
	if f := other.ask(`"url":"/echo"`); f.Status != 200 {
		t.Errorf("the other session: %+v", f)
	}
}

// A request that is not served yet when the session ends is not served.
func TestEndedSessionIsNotServed(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	served := make(chan string, 3)
	p.router.HandleFunc("POST /note", func(w http.ResponseWriter, r *http.Request) { served <- "note" })
	p.router.HandleFunc("POST /logout", func(w http.ResponseWriter, r *http.Request) {
		p.hub.CloseSession("session:1", wire.CloseSignedOut)
		served <- "logout"
	})
	c := p.connect("user=7&session=session:1")
	c.send(`{"method":"POST","url":"/logout"}` + "\n" + `{"method":"POST","url":"/note"}`)
	c.wantClose(4401)
	if first := <-served; first != "logout" || len(served) > 0 {
		t.Errorf("served %s and %d more", first, len(served))
	}
}

func TestExpiredSessionIsClosed(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	p.connect("user=7&expires=20ms").wantClose(4401)
}

func TestShutdownSendsQueuedEventsBeforeTheCloseFrame(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	var clients []*client
	for range 60 {
		clients = append(clients, p.connect("").join("a"))
	}
	p.hub.Broadcast(t.Context(), hub.Event{Name: "last"}, hub.To("a"))
	done := make(chan error)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
		defer cancel()
		done <- p.hub.Shutdown(ctx)
	}()
	for _, c := range clients {
		if f := c.next(); f.Event != "last" {
			t.Errorf("%+v", f)
		}
		c.wantClose(1012)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, resp, err := p.dial("", nil); err == nil || resp.StatusCode != 503 {
		t.Errorf("a late client: %v", err)
	}
}

func TestCloseFrameIsAnswered(t *testing.T) {
	p := newTestServer(t, socket.Config{}, hub.Config{})
	c := p.connect("")
	if err := c.ws.Close(1000, ""); err != nil {
		t.Error(err)
	}
	p.eventually("the close is counted", func() bool { return p.hub.Stats().Closed[wire.CloseNormal] == 1 })
}

func paragraph(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, "<p>")
	return err
}
