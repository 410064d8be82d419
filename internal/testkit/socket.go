package testkit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// Socket is a WebSocket client of the protocol in docs/protocol.md.
type Socket struct {
	t    testing.TB
	conn *websocket.Conn
	done chan struct{} // closed when the connection ended

	mu      sync.Mutex
	nextID  int64
	replies map[int64]chan frame
	events  []Event  // not taken yet
	binary  [][]byte // binary messages, not taken yet
	changed chan struct{}
	ended   error
}

// Event is an event from the server.
type Event struct {
	Name string          `json:"event"`
	Room string          `json:"room"`
	Data json.RawMessage `json:"data"`
	HTML string          `json:"html"`
}

type frame struct {
	ID      *int64            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Event
}

// Connect opens a socket for this user and waits for the connected event. query is
// the query of /socket, such as "view=html".
func (c *Client) Connect(query string) *Socket {
	c.t.Helper()
	s, _ := c.connect(query)
	return s
}

// Greeting opens a socket and returns the first event that the server sends.
func (c *Client) Greeting(query string) Event {
	c.t.Helper()
	_, greeting := c.connect(query)
	return greeting
}

// TryConnect is Connect for a network that may be broken. It does not wait for the
// connected event.
func (c *Client) TryConnect(query string) (*Socket, error) {
	s, _, err := c.dial(query)
	return s, err
}

func (c *Client) connect(query string) (*Socket, Event) {
	c.t.Helper()
	s, response, err := c.dial(query)
	if err != nil {
		c.t.Fatalf("connect: %v (%v)", err, response)
	}
	return s, s.WantEvent("connected")
}

// ConnectRefused tries to open a socket and returns the status of the refusal.
func (c *Client) ConnectRefused(query string, headers ...string) int {
	c.t.Helper()
	return c.refused("/socket?"+query, headers...)
}

// RefusedAt tries to open a socket at another path and returns the status of the
// refusal.
func (c *Client) RefusedAt(path string) int {
	c.t.Helper()
	return c.refused(path)
}

// ConnectAt opens a socket at another path, whose server sends no connected event.
func (c *Client) ConnectAt(path string) *Socket {
	c.t.Helper()
	s, response, err := c.dialAt(path)
	if err != nil {
		c.t.Fatalf("connect: %v (%v)", err, response)
	}
	return s
}

func (c *Client) refused(path string, headers ...string) int {
	c.t.Helper()
	s, response, err := c.dialAt(path, headers...)
	if err == nil {
		s.Close()
		c.t.Fatal("the socket was accepted")
	}
	if response == nil {
		c.t.Fatalf("connect: %v", err)
	}
	return response.StatusCode
}

func (c *Client) dial(query string) (*Socket, *http.Response, error) {
	return c.dialAt("/socket?" + query)
}

func (c *Client) dialAt(path string, headers ...string) (*Socket, *http.Response, error) {
	header := http.Header{}
	for _, cookie := range c.Cookies() {
		header.Add("Cookie", cookie.String())
	}
	if c.token != "" {
		header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		header.Set(headers[i], headers[i+1])
	}
	ctx, cancel := context.WithTimeout(context.Background(), Timeout)
	defer cancel()
	conn, response, err := websocket.Dial(ctx, strings.Replace(c.base, "http", "ws", 1)+path, &websocket.DialOptions{HTTPHeader: header, HTTPClient: c.http})
	if err != nil {
		return nil, response, err
	}
	conn.SetReadLimit(-1)
	s := &Socket{t: c.t, conn: conn, done: make(chan struct{}), replies: map[int64]chan frame{}, changed: make(chan struct{})}
	go s.read()
	c.t.Cleanup(s.Close)
	return s, response, nil
}

func (s *Socket) read() {
	defer close(s.done)
	for {
		kind, message, err := s.conn.Read(context.Background())
		if err != nil {
			s.end(err)
			return
		}
		if kind == websocket.MessageBinary {
			s.takeBinary(message)
			continue
		}
		for line := range bytes.SplitSeq(message, []byte{'\n'}) {
			s.take(line)
		}
	}
}

func (s *Socket) take(line []byte) {
	var f frame
	if err := json.Unmarshal(line, &f); err != nil {
		s.end(fmt.Errorf("a frame is not JSON: %w: %s", err, line))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Name != "" {
		s.events = append(s.events, f.Event)
		s.wake()
		return
	}
	id := int64(0)
	if f.ID != nil {
		id = *f.ID
	}
	waiting := s.replies[id]
	if waiting == nil {
		id = 0
		waiting = s.replies[id]
	}
	if waiting != nil {
		delete(s.replies, id)
		waiting <- f
	}
}

func (s *Socket) takeBinary(message []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.binary = append(s.binary, message)
	s.wake()
}

// Binary takes the binary messages received so far, oldest first.
func (s *Socket) Binary() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	messages := s.binary
	s.binary = nil
	return messages
}

// Ended reports whether the connection has ended.
func (s *Socket) Ended() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended != nil
}

func (s *Socket) end(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = errors.Join(s.ended, err)
	s.wake()
}

// wake wakes all goroutines that wait for events. The caller holds the lock.
func (s *Socket) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// Get calls an action over the socket with data as its query.
func (s *Socket) Get(url string, data any) Answer {
	s.t.Helper()
	return s.Request(http.MethodGet, url, data)
}

// Post calls an action over the socket.
func (s *Socket) Post(url string, data any) Answer {
	s.t.Helper()
	return s.Request(http.MethodPost, url, data)
}

// Request sends a virtual request and waits for its reply.
func (s *Socket) Request(method, url string, data any) Answer {
	s.t.Helper()
	answer, err := s.Try(method, url, data)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, url, err)
	}
	return answer
}

// Try is Request for a connection that may end before the reply.
func (s *Socket) Try(method, url string, data any) (Answer, error) {
	s.mu.Lock()
	s.nextID++
	id, reply := s.nextID, make(chan frame, 1)
	s.replies[id] = reply
	s.mu.Unlock()
	raw, err := json.Marshal(map[string]any{"id": id, "method": method, "url": url, "data": data})
	if err != nil {
		return Answer{}, err
	}
	if err := s.Send(string(raw)); err != nil {
		return Answer{}, err
	}
	return s.await(reply)
}

// Raw sends the text unchanged and returns the next reply that belongs to no Request.
func (s *Socket) Raw(text string) Answer {
	s.t.Helper()
	reply := make(chan frame, 1)
	s.mu.Lock()
	s.replies[0] = reply
	s.mu.Unlock()
	if err := s.Send(text); err != nil {
		s.t.Fatalf("send: %v", err)
	}
	answer, err := s.await(reply)
	if err != nil {
		s.t.Fatalf("no reply to %s: %v", text, err)
	}
	return answer
}

func (s *Socket) await(reply chan frame) (Answer, error) {
	select {
	case f := <-reply:
		return s.answer(f), nil
	case <-s.done:
		return Answer{}, s.ended
	case <-time.After(Timeout):
		return Answer{}, errors.New("no reply in time")
	}
}

func (s *Socket) answer(f frame) Answer {
	a := Answer{t: s.t, Status: f.Status, Header: http.Header{}, Body: string(f.Data) + f.HTML}
	for name, value := range f.Headers {
		a.Header.Set(name, value)
	}
	return a
}

// Send sends the text unchanged as a message.
func (s *Socket) Send(text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), Timeout)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageText, []byte(text))
}

// SendBinary sends a binary message.
func (s *Socket) SendBinary(message []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), Timeout)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageBinary, message)
}

// Close ends the connection without a close frame, as a program that crashes does.
func (s *Socket) Close() {
	s.conn.CloseNow()
	<-s.done
}
