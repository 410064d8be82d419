package chat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/google/uuid"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

// follower is a client that keeps its views of rooms up to date as a page does: after
// every loss of its connection it reconnects and catches up.
type follower struct {
	client *testkit.Client // its connections go through relay
	relay  *testkit.Relay
	name   string
	views  map[int64]*view

	mu     sync.Mutex
	socket *testkit.Socket // nil: not connected
	id     string          // the connection's
	codes  map[int]int     // how often its connections were closed with each code
}

// follow starts a follower of the rooms, which stops when ctx ends. The group waits for it.
func follow(ctx context.Context, app *apptest.App, group *sync.WaitGroup, client *testkit.Client, name string, rooms ...int64) *follower {
	relay := testkit.NewRelay(app.T, app.Addr())
	f := &follower{client: client.Through(relay), relay: relay, name: name, views: map[int64]*view{}, codes: map[int]int{}}
	for _, room := range rooms {
		f.views[room] = &view{room: room, messages: map[int64]seen{}, beyondGap: map[int64]bool{}}
	}
	group.Go(func() { f.stayConnected(ctx) })
	group.Go(func() { f.keepUp(ctx) })
	return f
}

const (
	reconnectAfter = 20 * time.Millisecond  // a page waits a second
	fillAfter      = 250 * time.Millisecond // a missing event may still arrive out of order
)

func (f *follower) stayConnected(ctx context.Context) {
	for pause(ctx, reconnectAfter) {
		s, err := f.client.TryConnect("")
		if err != nil {
			continue
		}
		stop := context.AfterFunc(ctx, s.Close)
		f.use(s)
		err = f.listen(s)
		f.use(nil)
		stop()
		s.Close()
		f.mu.Lock()
		f.codes[int(websocket.CloseStatus(err))]++
		f.mu.Unlock()
	}
}

func (f *follower) use(s *testkit.Socket) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.socket = s
}

func (f *follower) connection() *testkit.Socket {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.socket
}

func (f *follower) setConnectionID(e testkit.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.id = read[struct{ ConnectionID string }](e.Data).ConnectionID
}

func (f *follower) connectionID() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.id
}

func (f *follower) listen(s *testkit.Socket) error {
	for {
		e, err := s.Next()
		if err != nil {
			return err
		}
		room, _ := strconv.ParseInt(strings.TrimPrefix(e.Room, "chat-"), 10, 64)
		v := f.views[room]
		switch e.Name {
		case "connected":
			f.setConnectionID(e)
		case "newMessage", "messageUpdated":
			v.apply(e.Data)
		case "messageDeleted":
			gone := read[apptest.Fields](e.Data)
			v.erase(gone.ID, gone.Seq)
		}
	}
}

// keepUp joins each room on every new connection, and again when a gap is not filled.
func (f *follower) keepUp(ctx context.Context) {
	for pause(ctx, reconnectAfter) {
		s := f.connection()
		if s == nil {
			continue
		}
		for _, v := range f.views {
			if v.needs(s) {
				f.join(s, v)
			}
		}
	}
}

func (f *follower) join(s *testkit.Socket, v *view) {
	answer, err := s.Try(http.MethodGet, "/api/chat/join", in{"roomId": v.room, "after": v.deliveredSeq()})
	if err != nil || answer.Status != http.StatusOK {
		return
	}
	seq, _ := strconv.ParseInt(answer.Header.Get("X-Seq"), 10, 64)
	v.catchUp(s, read[[]json.RawMessage](json.RawMessage(answer.Body)), seq, answer.Header.Get("X-Reset") != "")
}

// ask makes a request over the current connection, applies the answer and reports
// whether it was 200.
func (f *follower) ask(method, url string, data in, room int64) bool {
	s := f.connection()
	if s == nil {
		return false
	}
	answer, err := s.Try(method, url, data)
	if err != nil || answer.Status != http.StatusOK {
		return false
	}
	f.views[room].apply(json.RawMessage(answer.Body))
	return true
}

// erase deletes a message. A connection gets no event of its own change, so it applies
// the answer.
func (f *follower) erase(id, room int64) {
	s := f.connection()
	if s == nil {
		return
	}
	answer, err := s.Try(http.MethodDelete, message(id), nil)
	if seq, _ := strconv.ParseInt(answer.Header.Get("X-Seq"), 10, 64); err == nil && answer.Status == http.StatusNoContent {
		f.views[room].erase(id, seq)
	}
}

// sendUntilAnswered sends a message, and retries with the same clientId until the
// request is answered.
func (f *follower) sendUntilAnswered(ctx context.Context, room int64, text string) {
	data := in{"roomId": room, "text": text, "clientId": uuid.NewString()}
	for !f.ask(http.MethodPost, "/api/chat/send", data, room) && pause(ctx, reconnectAfter) {
	}
}

func read[T any](raw json.RawMessage) (v T) {
	if err := json.Unmarshal(raw, &v); err != nil {
		panic(fmt.Sprintf("%v: %s", err, raw))
	}
	return v
}

// pause waits, and reports whether ctx did not end in the meantime.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
