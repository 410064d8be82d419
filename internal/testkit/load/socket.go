package load

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// socket implements just enough of WebSocket for a load.
type socket struct {
	role    Role
	conn    net.Conn
	in      *bufio.Reader
	payload []byte // of the last message

	mu       sync.Mutex
	events   int
	messages int
	bytes    int
	answers  int
	refused  []string
	lags     []time.Duration
}

// dial connects, waits for the connected event, and sends the role's first requests.
func dial(address string, role Role) *socket {
	s, err := open(address, role)
	check(err)
	return s
}

// open is dial for a server that may refuse the handshake.
func open(address string, role Role) (*socket, error) {
	conn, err := net.Dial("tcp", address)
	check(err)
	s := &socket{role: role, conn: conn, in: bufio.NewReaderSize(conn, 4096)}
	if err := s.handshake(address); err != nil {
		conn.Close()
		return nil, err
	}
	s.message()
	for _, request := range role.First {
		s.send(request)
		s.replies(1)
	}
	return s, nil
}

func (s *socket) handshake(address string) error {
	request := "GET " + s.role.Path + " HTTP/1.1\r\nHost: " + address + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept-Language: en\r\n"
	if s.role.Cookie != "" {
		request += "Cookie: " + s.role.Cookie + "\r\n"
	}
	_, err := io.WriteString(s.conn, request+"\r\n")
	check(err)
	response, err := http.ReadResponse(s.in, nil)
	check(err)
	if response.StatusCode != http.StatusSwitchingProtocols {
		return fmt.Errorf("the handshake was answered %s", response.Status)
	}
	return nil
}

// send writes a text message, masked with zeros.
func (s *socket) send(text string) {
	head := []byte{0x81, 0x80 | 126, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint16(head[2:], uint16(len(text)))
	if len(text) < 126 {
		head = []byte{0x81, 0x80 | byte(len(text)), 0, 0, 0, 0}
	}
	_, err := s.conn.Write(append(head, text...))
	check(err)
}

// message reads the next message, which may also be a ping or a close frame.
func (s *socket) message() []byte {
	size, err := s.size()
	check(err)
	if cap(s.payload) < size {
		s.payload = make([]byte, size)
	}
	s.payload = s.payload[:size]
	_, err = io.ReadFull(s.in, s.payload)
	check(err)
	return s.payload
}

func (s *socket) size() (int, error) {
	var head [8]byte
	if _, err := io.ReadFull(s.in, head[:2]); err != nil {
		return 0, err
	}
	switch short := int(head[1]); short {
	case 126:
		_, err := io.ReadFull(s.in, head[:2])
		return int(binary.BigEndian.Uint16(head[:])), err
	case 127:
		_, err := io.ReadFull(s.in, head[:])
		return int(binary.BigEndian.Uint64(head[:])), err
	default:
		return short, nil
	}
}

// ask sends n requests, numbered from first, and waits for their replies.
func (s *socket) ask(first, n int) {
	var message strings.Builder
	for i := range n {
		if i > 0 {
			message.WriteByte('\n')
		}
		fmt.Fprintf(&message, s.role.Ask, first+i)
	}
	began := time.Now()
	s.send(message.String())
	s.replies(n)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lags = append(s.lags, time.Since(began))
}

// replies reads n replies and skips the events between them.
func (s *socket) replies(n int) {
	for n > 0 {
		for frame := range bytes.SplitSeq(s.message(), []byte{'\n'}) {
			if bytes.HasPrefix(frame, []byte(`{"id":`)) {
				s.answered(frame)
				n--
			}
		}
	}
}

func (s *socket) answered(reply []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers++
	if !bytes.Contains(reply, []byte(`"status":2`)) {
		s.refused = append(s.refused, string(reply))
	}
}

// Stamp returns a text for an event, by which its delivery is timed.
func Stamp() string { return stampMark + strconv.FormatInt(time.Now().UnixNano(), 10) }

const (
	stampMark   = "stamp-"
	stampDigits = 19 // of nanoseconds since 1970, for this and some centuries
)

// ignore reads and discards everything, so that nothing is queued at the server.
func (s *socket) ignore() { io.Copy(io.Discard, s.in) }

func (s *socket) listen(mark string) {
	for {
		message := s.message()
		now := time.Now()
		s.count(message, mark)
		for frame := range bytes.SplitSeq(message, []byte{'\n'}) {
			_, stamp, found := bytes.Cut(frame, []byte(stampMark))
			if found && len(stamp) >= stampDigits {
				s.time(now, string(stamp[:stampDigits]))
			}
		}
	}
}

func (s *socket) count(message []byte, mark string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages++
	s.bytes += len(message)
	if mark != "" {
		s.events += bytes.Count(message, []byte(mark))
	}
}

func (s *socket) time(received time.Time, stamp string) {
	nanos, err := strconv.ParseInt(stamp, 10, 64)
	check(err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events++
	s.lags = append(s.lags, received.Sub(time.Unix(0, nanos)))
}

func (s *socket) received() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.events
}
