package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/google/uuid"

	"hubbub/internal/testkit"
)

// follower is a program that keeps its views of rooms true as a page does:
// whatever happens to its connection, it comes back and asks for what it lacks.
type follower struct {
	person *testkit.Client // behind a network of its own
	wire   *testkit.Wire
	name   string
	views  map[int64]*view

	mu     sync.Mutex
	socket *testkit.Socket // nil: not connected
	id     string          // the connection's
	codes  map[int]int     // how its connections were closed
}

// follow starts a follower of the rooms, who stops with ctx; wait for it by the group.
func (i *instance) follow(ctx context.Context, group *sync.WaitGroup, who *testkit.Client, name string, rooms ...int64) *follower {
	wire := testkit.Relay(i.t, i.listener.Addr().String())
	f := &follower{person: who.Through(wire), wire: wire, name: name, views: map[int64]*view{}, codes: map[int]int{}}
	for _, room := range rooms {
		f.views[room] = &view{room: room, messages: map[int64]seen{}, ahead: map[int64]bool{}}
	}
	group.Go(func() { f.stayConnected(ctx) })
	group.Go(func() { f.keepUp(ctx) })
	return f
}

const (
	reconnectAfter = 20 * time.Millisecond  // a page waits a second
	fillAfter      = 250 * time.Millisecond // what is late may still come
)

func (f *follower) stayConnected(ctx context.Context) {
	for pause(ctx, reconnectAfter) {
		s, err := f.person.TryConnect("")
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

func (f *follower) greet(e testkit.Event) {
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
			f.greet(e)
		case "newMessage", "messageUpdated":
			v.apply(e.Data)
		case "messageDeleted":
			gone := read[thing](e.Data)
			v.erase(gone.ID, gone.Seq)
		}
	}
}

// keepUp joins on every new connection, and again when something is missing.
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
	answer, err := s.Try(http.MethodGet, "/api/chat/join", in{"roomId": v.room, "after": v.upToNow()})
	if err != nil || answer.Status != http.StatusOK {
		return
	}
	seq, _ := strconv.ParseInt(answer.Header.Get("X-Seq"), 10, 64)
	v.catchUp(s, read[[]json.RawMessage](json.RawMessage(answer.Body)), seq, answer.Header.Get("X-Reset") != "")
}

// ask makes a request over the connection of the moment and applies the answer.
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

// erase deletes a message. Nobody is told of their own change but by the answer.
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

// say sends until it is answered, with one clientId.
func (f *follower) say(ctx context.Context, room int64, text string) {
	data := in{"roomId": room, "text": text, "clientId": uuid.NewString()}
	for !f.ask(http.MethodPost, "/api/chat/send", data, room) && pause(ctx, reconnectAfter) {
	}
}

// view is what a follower knows of a room.
type view struct {
	room int64

	mu       sync.Mutex
	messages map[int64]seen
	upto     int64           // has all changes up to here
	ahead    map[int64]bool  // and these after a hole
	hole     time.Time       // since when there is one
	since    int64           // the oldest message it knows of, after a reset
	joined   *testkit.Socket // by which connection
}

// seen is a message as far as it is compared.
type seen struct {
	Seq       int64
	Text      string
	Deleted   bool
	Reactions string
}

func (v *view) apply(raw json.RawMessage) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.put(raw)
}

func (v *view) put(raw json.RawMessage) (id int64) {
	m := read[struct {
		ID, Seq   int64
		Text      string
		DeletedAt *string
		Reactions []struct {
			Emoji string
			Count int
		}
	}](raw)
	counts := map[string]int{}
	for _, r := range m.Reactions {
		counts[r.Emoji] = r.Count
	}
	v.set(m.ID, seen{m.Seq, m.Text, m.DeletedAt != nil, sorted(counts)})
	return m.ID
}

func (v *view) erase(id, seq int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.set(id, seen{Seq: seq, Deleted: true})
}

// set keeps the newer of two versions, and notes that this change has come.
func (v *view) set(id int64, m seen) {
	if v.messages[id].Seq < m.Seq {
		v.messages[id] = m
	}
	if m.Seq > v.upto {
		v.ahead[m.Seq] = true
	}
	v.close()
}

func (v *view) close() {
	for v.ahead[v.upto+1] {
		v.upto++
	}
	maps.DeleteFunc(v.ahead, func(seq int64, _ bool) bool { return seq <= v.upto })
	if len(v.ahead) == 0 {
		v.hole = time.Time{}
	} else if v.hole.IsZero() {
		v.hole = time.Now()
	}
}

func (v *view) needs(s *testkit.Socket) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.joined != s || !v.hole.IsZero() && time.Since(v.hole) > fillAfter
}

func (v *view) upToNow() int64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.upto
}

// catchUp takes what a join answered.
func (v *view) catchUp(s *testkit.Socket, messages []json.RawMessage, seq int64, reset bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.joined = s
	if reset {
		maps.DeleteFunc(v.messages, func(_ int64, m seen) bool { return m.Seq <= seq })
	}
	for n, raw := range messages {
		if id := v.put(raw); reset && n == 0 {
			v.since = id
		}
	}
	v.upto = max(v.upto, seq)
	v.close()
}

// ids are the messages that stand and whose text begins with this.
func (v *view) ids(of string) []int64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	var ids []int64
	for id, m := range v.messages {
		if !m.Deleted && strings.HasPrefix(m.Text, of) {
			ids = append(ids, id)
		}
	}
	return slices.Sorted(slices.Values(ids))
}

// differs says how the view differs from the room in the database; "": not.
func (v *view) differs(room map[int64]seen, seq int64) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.upto != seq || len(v.ahead) > 0 {
		return fmt.Sprintf("it is at %d of %d, with %d beyond a hole", v.upto, seq, len(v.ahead))
	}
	for id, m := range room {
		if has, ok := v.messages[id]; id >= v.since && has != m && (ok || !m.Deleted) {
			return fmt.Sprintf("message %d is %+v, in the database %+v", id, has, m)
		}
	}
	for id := range v.messages {
		if _, ok := room[id]; !ok {
			return fmt.Sprintf("message %d is not in the database", id)
		}
	}
	return ""
}

func sorted(counts map[string]int) string {
	var parts []string
	for emoji, n := range counts {
		parts = append(parts, fmt.Sprint(emoji, n))
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

func read[T any](raw json.RawMessage) (v T) {
	if err := json.Unmarshal(raw, &v); err != nil {
		panic(fmt.Sprintf("%v: %s", err, raw))
	}
	return v
}

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
