package socket_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/coder/websocket"

	"hubbub/internal/hub"
	"hubbub/internal/socket"
	"hubbub/internal/wire"
)

// takesBinary is a Config whose connections have a document open or not, and
// the sizes of the binary messages that arrived.
func takesBinary(streams bool) (socket.Config, chan int) {
	sizes := make(chan int, 16)
	return socket.Config{
		Binary:  func(_ *hub.Conn, message []byte) { sizes <- len(message) },
		Streams: func(*hub.Conn) bool { return streams },
	}, sizes
}

func TestBinaryLimitDependsOnOpenDocument(t *testing.T) {
	for streams, limit := range map[bool]int{false: wire.MaxText, true: wire.MaxBinary} {
		config, sizes := takesBinary(streams)
		p := openPlace(t, config, hub.Config{})
		c := p.connect("")
		for _, size := range []int{1, limit} {
			if err := c.ws.Write(t.Context(), websocket.MessageBinary, make([]byte, size)); err != nil {
				t.Fatal(err)
			}
			if n := <-sizes; n != size {
				t.Errorf("%d bytes arrived, %d were sent", n, size)
			}
		}
		go c.ws.Write(t.Context(), websocket.MessageBinary, make([]byte, limit+1))
		c.closedWith(websocket.StatusMessageTooBig)
	}
}

// rawFrame is the head of a frame of a client, masked with zeros.
func rawFrame(first byte, size uint64) []byte {
	return append(binary.BigEndian.AppendUint64([]byte{first, 0x80 | 127}, size), 0, 0, 0, 0)
}

const (
	beginsBinary = 0x02 // without FIN: fragments follow
	goesOn       = 0x00
	pong         = 0x8a
)

// closeCode reads a raw connection up to its close frame.
func closeCode(r io.Reader) websocket.StatusCode {
	for {
		var head [2]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return 0
		}
		body := make([]byte, head[1]) // the server's frames here are short and unmasked
		if _, err := io.ReadFull(r, body); err != nil {
			return 0
		}
		if head[0] == 0x88 && len(body) >= 2 {
			return websocket.StatusCode(binary.BigEndian.Uint16(body))
		}
	}
}

// skipHandshake reads the answer to the handshake.
func skipHandshake(t *testing.T, conn net.Conn) {
	t.Helper()
	var answer []byte
	for one := make([]byte, 1); !bytes.HasSuffix(answer, []byte("\r\n\r\n")); answer = append(answer, one...) {
		if _, err := conn.Read(one); err != nil {
			t.Fatal(err)
		}
	}
}

// flood sends an unending binary message, 7 MiB of it at most, until the server
// closes, and returns the close code.
func flood(conn net.Conn) websocket.StatusCode {
	const chunk, chunks = 32 << 10, 224
	conn.SetDeadline(time.Now().Add(time.Minute))
	closed := make(chan websocket.StatusCode, 1)
	go func() { closed <- closeCode(conn) }()
	fragment := append(rawFrame(beginsBinary, chunk), make([]byte, chunk)...)
	for range chunks {
		if _, err := conn.Write(fragment); err != nil {
			break
		}
		fragment[0] = goesOn
		if len(closed) > 0 {
			break
		}
	}
	return <-closed
}

func TestUnendingMessageOfAnonymousSocketsHoldsLittle(t *testing.T) {
	const sockets = 100
	config, _ := takesBinary(false)
	p := openPlace(t, config, hub.Config{})
	conns := make([]net.Conn, sockets)
	for i := range conns {
		conns[i] = rawHandshake(t, p, "")
		skipHandshake(t, conns[i])
	}
	before := heap()
	codes := make(chan websocket.StatusCode, sockets)
	for _, conn := range conns {
		go func() { codes <- flood(conn) }()
	}
	most := before
	for ended, sample := 0, time.Tick(10*time.Millisecond); ended < sockets; {
		select {
		case code := <-codes:
			ended++
			if code != websocket.StatusMessageTooBig {
				t.Errorf("closed with %d", code)
			}
		case <-sample:
			most = max(most, heap())
		}
	}
	if grown := (most - before) >> 20; grown > 64 {
		t.Errorf("the heap grew by %d MiB", grown)
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

// A message that drips has its time from the beginning, whatever comes between.
func TestSlowMessageEndsTheConnection(t *testing.T) {
	config, _ := takesBinary(true)
	config.MessageWait = 200 * time.Millisecond
	p := openPlace(t, config, hub.Config{})
	conn := rawHandshake(t, p, "")
	skipHandshake(t, conn)
	conn.SetDeadline(time.Now().Add(patience))
	conn.Write(append(rawFrame(beginsBinary, 1), 'x'))
	for tick := time.Tick(20 * time.Millisecond); ; <-tick {
		_, err := conn.Write(append(append(rawFrame(goesOn, 1), 'x'), pong, 0x80, 0, 0, 0, 0))
		if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
			t.Fatal("the message may take for ever")
		}
		if err != nil {
			break
		}
	}
	p.eventually("the connection is gone", func() bool { return p.hub.Stats().Connections == 0 })
}

func TestMessageWaitSparesIdlenessAndServing(t *testing.T) {
	const wait = 50 * time.Millisecond
	p := openPlace(t, socket.Config{MessageWait: wait}, hub.Config{})
	p.router.HandleFunc("GET /slow", func(w http.ResponseWriter, _ *http.Request) { <-time.After(3 * wait) })
	c := p.connect("")
	if f := c.ask(`"url":"/slow"`); f.Status != 200 {
		t.Errorf("%+v", f)
	}
	<-time.After(3 * wait)
	echoed(t, c.ask(`"url":"/echo"`))
}

// The library would wait for the rest of the frame before it reads the answer
// to its close frame.
func TestCloseDoesNotWaitForTheRestOfAMessage(t *testing.T) {
	t.Parallel()
	p := openPlace(t, socket.Config{}, hub.Config{})
	conn := rawHandshake(t, p, string(rawFrame(0x81, 1<<40)))
	conn.SetDeadline(time.Now().Add(2 * patience))
	skipHandshake(t, conn)
	if _, err := conn.Write(make([]byte, wire.MaxText+1)); err != nil {
		t.Fatal(err)
	}
	if code := closeCode(conn); code != websocket.StatusMessageTooBig {
		t.Errorf("closed with %d", code)
	}
	if _, err := io.Copy(io.Discard, conn); err != nil && err.(net.Error).Timeout() {
		t.Error("still open:", err)
	}
}

func TestUnmaskedFrameClosesWith1002(t *testing.T) {
	p := openPlace(t, socket.Config{}, hub.Config{})
	conn := rawHandshake(t, p, "\x81\x02{}")
	conn.SetDeadline(time.Now().Add(patience))
	skipHandshake(t, conn)
	if code := closeCode(conn); code != websocket.StatusProtocolError {
		t.Errorf("closed with %d", code)
	}
}
