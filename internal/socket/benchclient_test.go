package socket_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// clientOrder tells the client process of a benchmark what to do.
type clientOrder struct {
	Address   string
	Do        string // "listen" in the room "a" until stdin ends, or "ask"
	Sockets   int
	Pipelined int // requests in one message
	Rounds    int // messages that each socket sends, or has to hear before the end
}

const orderVariable = "HUBBUB_BENCHMARK_CLIENT"

func (o clientOrder) env() string {
	text, _ := json.Marshal(o)
	return orderVariable + "=" + string(text)
}

// beClient turns the process into a benchmark's client if it was started as
// one; then it does not return.
func beClient() {
	text := os.Getenv(orderVariable)
	if text == "" {
		return
	}
	var order clientOrder
	if err := json.Unmarshal([]byte(text), &order); err != nil {
		panic(err)
	}
	switch order.Do {
	case "listen":
		listen(order)
	case "ask":
		ask(order)
	}
	os.Exit(0)
}

// rawSocket speaks just enough WebSocket to cost nothing.
type rawSocket struct {
	net.Conn
	*bufio.Reader
}

func dialRaw(address string) rawSocket {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		panic(err)
	}
	fmt.Fprint(conn, "GET /socket?user=7 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: session=abcdef0123456789\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n\r\n")
	s := rawSocket{conn, bufio.NewReaderSize(conn, 4096)}
	for {
		line, err := s.ReadString('\n')
		if err != nil {
			panic(err)
		}
		if line == "\r\n" {
			break
		}
	}
	s.message() // connected
	return s
}

// Read reads what was buffered first.
func (s rawSocket) Read(p []byte) (int, error) { return s.Reader.Read(p) }

// message is the payload of the next message from the server.
func (s rawSocket) message() []byte {
	var head [2]byte
	if _, err := io.ReadFull(s.Reader, head[:]); err != nil {
		return nil
	}
	size := int(head[1])
	if size == 126 {
		io.ReadFull(s.Reader, head[:])
		size = int(head[0])<<8 | int(head[1])
	}
	payload := make([]byte, size)
	io.ReadFull(s.Reader, payload)
	return payload
}

// text is a message for the server, masked with zeros.
func text(payload string) []byte {
	n := len(payload)
	head := []byte{0x81, 0x80 | 126, byte(n >> 8), byte(n), 0, 0, 0, 0}
	if n < 126 {
		head = []byte{0x81, 0x80 | byte(n), 0, 0, 0, 0}
	}
	return append(head, payload...)
}

func listen(order clientOrder) {
	ears := make([]*ear, order.Sockets)
	var all sync.WaitGroup
	for i := range ears {
		s := dialRaw(order.Address)
		s.Write(text(`{"id":1,"url":"/join?room=a"}`))
		s.message()
		ears[i] = &ear{}
		all.Go(func() { ears[i].hear(s) })
		defer s.Close()
	}
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
	for _, e := range ears {
		e.heard(order.Rounds)
	}
	report(ears)
}

// ear notes how long after their broadcast the events came.
type ear struct {
	mu   sync.Mutex
	lags []time.Duration
}

func (e *ear) hear(s rawSocket) {
	buf := make([]byte, 16<<10)
	for {
		n, err := s.Read(buf)
		if err != nil {
			return
		}
		e.note(buf[:n])
	}
}

// note finds the times in a piece of the stream. At saturation pieces end
// anywhere, but then nobody asks for times.
func (e *ear) note(piece []byte) {
	now := time.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	for {
		_, rest, found := bytes.Cut(piece, []byte(`"data":[`))
		digits, _, _ := bytes.Cut(rest, []byte{','})
		if nanos, err := strconv.ParseInt(string(digits), 10, 64); err == nil && nanos > 1e18 {
			e.lags = append(e.lags, now.Sub(time.Unix(0, nanos)))
		}
		if !found {
			return
		}
		piece = rest
	}
}

// heard waits for what is still on its way.
func (e *ear) heard(events int) {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		e.mu.Lock()
		n := len(e.lags)
		e.mu.Unlock()
		if n >= events {
			return
		}
	}
}

func report(ears []*ear) {
	var lags []time.Duration
	for _, e := range ears {
		e.mu.Lock()
		lags = append(lags, e.lags...)
		e.mu.Unlock()
	}
	if len(lags) == 0 {
		fmt.Println("report")
		return
	}
	slices.Sort(lags)
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	fmt.Println("report", len(lags), ms(lags[len(lags)/2]), ms(lags[len(lags)*99/100]))
}

func ask(order clientOrder) {
	message := text(strings.TrimSuffix(strings.Repeat(`{"id":1,"method":"POST","url":"/ok","data":{"text":"hello"}}`+"\n", order.Pipelined), "\n"))
	sockets := make([]rawSocket, order.Sockets)
	for i := range sockets {
		sockets[i] = dialRaw(order.Address)
	}
	fmt.Println("ready")
	var all sync.WaitGroup
	for _, s := range sockets {
		all.Go(func() {
			for range order.Rounds {
				s.Write(message)
				for replies := 0; replies < order.Pipelined; {
					replies += bytes.Count(s.message(), []byte("\n")) + 1
				}
			}
		})
	}
	all.Wait()
	fmt.Println("done")
	io.Copy(io.Discard, os.Stdin)
	fmt.Println("report")
}
