package guides_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"hubbub/internal/live/hub"
	"hubbub/internal/live/socket"
	"hubbub/web"
)

// chat implements the protocol's chat actions in memory, behind the real hub and
// socket. The cookie "person" names the user; the user's token and ticket are the same
// word.
type chat struct {
	hub     *hub.Hub
	socket  *socket.Handler
	mu      sync.Mutex
	history []message
}

type person struct {
	ID       int64  `json:"id"`
	FullName string `json:"fullName"`
}

type message struct {
	ID     int    `json:"id"`
	RoomID int64  `json:"roomId"`
	Seq    int    `json:"seq"`
	Made   int    `json:"createdSeq"`
	Sender person `json:"sender"`
	Text   string `json:"text"`
}

var people = map[string]person{"sam": {1, "Sam"}, "maya": {2, "Maya"}}

type personKey struct{}

func serve(t *testing.T) *httptest.Server {
	c := &chat{hub: hub.New(hub.Config{})}
	mux := http.NewServeMux()
	c.socket = socket.New(socket.Config{Hub: c.hub, Router: mux})
	mux.HandleFunc("GET /api/chat/join", c.join)
	mux.HandleFunc("GET /api/chat/leave", c.leave)
	mux.HandleFunc("POST /api/chat/send", c.send)
	mux.HandleFunc("POST /api/chat/typing", c.typing)
	mux.HandleFunc("POST /api/tokens", func(w http.ResponseWriter, r *http.Request) {
		answer(w, map[string]string{"token": cookie(r)})
	})
	mux.HandleFunc("POST /api/tickets", func(w http.ResponseWriter, r *http.Request) {
		answer(w, map[string]string{"ticket": r.Header.Get("Authorization")[len("Bearer "):]})
	})
	mux.HandleFunc("GET /socket", c.connect)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `<!doctype html><link rel="icon" href="data:,"><script src="/js/socket.js"></script>`)
	})
	mux.Handle("/js/", web.Handler())
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := c.hub.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
	return server
}

func (c *chat) connect(w http.ResponseWriter, r *http.Request) {
	who := people[r.URL.Query().Get("ticket")]
	if who.ID == 0 {
		who = people[cookie(r)]
	}
	ctx := context.WithValue(context.WithoutCancel(r.Context()), personKey{}, who)
	if err := c.socket.Accept(w, r, hub.Identity{UserID: who.ID}, ctx); err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
	}
}

func (c *chat) join(w http.ResponseWriter, r *http.Request) {
	if _, err := c.hub.Join(hub.ConnFromContext(r.Context()), "chat-"+r.URL.Query().Get("roomId"), nil); err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	w.Header().Set("X-Seq", fmt.Sprint(len(c.history)))
	after, _ := strconv.Atoi(r.URL.Query().Get("after")) // 0 without: all of it
	answer(w, append([]message{}, c.history[min(after, len(c.history)):]...))
}

func (c *chat) leave(w http.ResponseWriter, r *http.Request) {
	c.hub.Leave(hub.ConnFromContext(r.Context()), "chat-"+r.URL.Query().Get("roomId"))
	answer(w, map[string]bool{"left": true})
}

func (c *chat) send(w http.ResponseWriter, r *http.Request) {
	var m message
	json.NewDecoder(r.Body).Decode(&m)
	c.mu.Lock()
	m.ID = len(c.history) + 1
	m.Seq, m.Made, m.Sender = m.ID, m.ID, caller(r)
	c.history = append(c.history, m)
	c.mu.Unlock()
	c.broadcast(r, m.RoomID, "newMessage", m)
	w.Header().Set("X-Seq", fmt.Sprint(m.Seq))
	answer(w, m)
}

func (c *chat) typing(w http.ResponseWriter, r *http.Request) {
	var in struct {
		RoomID   int64
		IsTyping bool
	}
	json.NewDecoder(r.Body).Decode(&in)
	c.broadcast(r, in.RoomID, "typing", map[string]any{
		"userId": caller(r).ID, "roomId": in.RoomID, "isTyping": in.IsTyping, "user": caller(r),
	})
	answer(w, map[string]bool{"ok": true})
}

func (c *chat) broadcast(r *http.Request, roomID int64, event string, data any) {
	c.hub.Broadcast(r.Context(), hub.Event{Name: event, Data: data}, hub.To(fmt.Sprint("chat-", roomID)).Except(hub.ConnFromContext(r.Context())))
}

func caller(r *http.Request) person {
	who, _ := r.Context().Value(personKey{}).(person)
	return who
}

func cookie(r *http.Request) string {
	c, err := r.Cookie("person")
	if err != nil {
		return ""
	}
	return c.Value
}

func answer(w http.ResponseWriter, data any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(data)
}
