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

	"hubbub/internal/hub"
	"hubbub/internal/socket"
	"hubbub/internal/wire"
)

func TestEventsCarryHTMLForThoseWhoAsked(t *testing.T) {
	p := openPlace(t, socket.Config{}, hub.Config{})
	page := p.connect("view=html").join("a")
	program := p.connect("").join("a")
	p.hub.Broadcast(t.Context(), hub.Event{Name: "x", Data: 1, HTML: paragraph}, nil, "a")
	if f := page.next(); f.Event != "x" || f.Room != "a" || string(f.Data) != "1" || f.HTML != "<p>" {
		t.Errorf("page got %+v", f)
	}
	if f := program.next(); f.HTML != "" || string(f.Data) != "1" {
		t.Errorf("program got %+v", f)
	}
}

// One member does not read. It is cut off with 4408; the other gets every
// event meanwhile.
func TestASlowClientIsCutOffAndOthersKeepStreaming(t *testing.T) {
	p := openPlace(t, socket.Config{}, hub.Config{})
	slow, quick := p.connect("").join("a"), p.connect("").join("a")
	big := strings.Repeat("x", 32<<10)
	for i := 0; p.hub.Stats().Dropped[hub.Log] == 0; i++ {
		if i == 2000 {
			t.Fatal("64 MB were queued for a client that does not read")
		}
		p.hub.Broadcast(t.Context(), hub.Event{Name: "x", Data: []any{i, big}}, nil, "a")
		if f := quick.next(); !strings.HasPrefix(string(f.Data), fmt.Sprintf("[%d,", i)) {
			t.Fatalf("event %d got lost", i)
		}
	}
	slow.closedWith(4408)
	p.hub.Broadcast(t.Context(), hub.Event{Name: "after"}, nil, "a")
	if f := quick.next(); f.Event != "after" {
		t.Errorf("%+v", f)
	}
}

func TestAPeerThatNeverReadsIsDroppedAtTheWriteDeadline(t *testing.T) {
	p := openPlace(t, socket.Config{WriteWait: 20 * time.Millisecond}, hub.Config{})
	p.connect("").join("a")
	big := strings.Repeat("x", 32<<10)
	p.eventually("it is closed as too slow", func() bool {
		p.hub.Broadcast(t.Context(), hub.Event{Name: "x", Data: big}, nil, "a")
		return p.hub.Stats().Closed[wire.CloseTooSlow] == 1
	})
}

// Bob is removed while others talk. After Evict returned, nothing that is said
// then reaches him, on any of his tabs.
func TestNothingSaidAfterAnEvictionIsHeard(t *testing.T) {
	p := openPlace(t, socket.Config{}, hub.Config{})
	tabs := []*client{p.connect("user=2").join("a"), p.connect("user=2").join("a")}
	var talk sync.WaitGroup
	stop := make(chan struct{})
	said := make(chan struct{}, 1)
	talk.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			p.hub.Broadcast(context.Background(), hub.Event{Name: "before", Class: hub.Volatile}, nil, "a")
			select {
			case said <- struct{}{}:
			default:
			}
		}
	})
	<-said
	p.hub.Evict(2, "a")
	p.hub.Broadcast(t.Context(), hub.Event{Name: "after"}, nil, "a")
	close(stop)
	talk.Wait()
	p.hub.Broadcast(t.Context(), hub.Event{Name: "end"}, nil, "user-2")
	for _, tab := range tabs {
		for f := tab.next(); f.Event != "end"; f = tab.next() {
			if f.Event == "after" {
				t.Error("heard what was said after the eviction")
			}
		}
	}
}

func TestARevokedSessionIsClosedWithinASecond(t *testing.T) {
	p := openPlace(t, socket.Config{}, hub.Config{})
	gone, stays := p.connect("user=7&session=session:1").join("a"), p.connect("user=7&session=session:2").join("a")
	start := time.Now()
	p.hub.CloseSession("session:1", wire.CloseSignedOut)
	gone.closedWith(4401)
	if took := time.Since(start); took > time.Second {
		t.Errorf("it took %v", took)
	}
	if f := stays.ask(`"url":"/echo"`); f.Status != 200 {
		t.Errorf("the other session: %+v", f)
	}
}

// What was asked but not yet served when the session ended is not served.
func TestNothingIsServedAfterTheSessionEnded(t *testing.T) {
	p := openPlace(t, socket.Config{}, hub.Config{})
	served := make(chan string, 3)
	p.router.HandleFunc("POST /note", func(w http.ResponseWriter, r *http.Request) { served <- "note" })
	p.router.HandleFunc("POST /logout", func(w http.ResponseWriter, r *http.Request) {
		p.hub.CloseSession("session:1", wire.CloseSignedOut)
		served <- "logout"
	})
	c := p.connect("user=7&session=session:1")
	c.send(`{"method":"POST","url":"/logout"}` + "\n" + `{"method":"POST","url":"/note"}`)
	c.closedWith(4401)
	if first := <-served; first != "logout" || len(served) > 0 {
		t.Errorf("served %s and %d more", first, len(served))
	}
}

func TestAnExpiredSessionIsClosed(t *testing.T) {
	p := openPlace(t, socket.Config{}, hub.Config{})
	p.connect("user=7&expires=20ms").closedWith(4401)
}

func TestShutdownSaysGoodbyeAfterWhatIsQueued(t *testing.T) {
	p := openPlace(t, socket.Config{}, hub.Config{})
	var everybody []*client
	for range 60 {
		everybody = append(everybody, p.connect("").join("a"))
	}
	p.hub.Broadcast(t.Context(), hub.Event{Name: "last"}, nil, "a")
	done := make(chan error)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		done <- p.hub.Shutdown(ctx)
	}()
	for _, c := range everybody {
		if f := c.next(); f.Event != "last" {
			t.Errorf("%+v", f)
		}
		c.closedWith(1012)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, resp, err := p.dial("", nil); err == nil || resp.StatusCode != 503 {
		t.Errorf("a late client: %v", err)
	}
}

func TestAGoodbyeIsAnswered(t *testing.T) {
	p := openPlace(t, socket.Config{}, hub.Config{})
	c := p.connect("")
	if err := c.ws.Close(1000, ""); err != nil {
		t.Error(err)
	}
	p.eventually("the goodbye is counted", func() bool { return p.hub.Stats().Closed[wire.CloseNormal] == 1 })
}

func paragraph(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, "<p>")
	return err
}
