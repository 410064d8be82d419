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

	"hubbub/internal/live/hub"
	"hubbub/internal/live/socket"
	"hubbub/internal/live/wire"
)

// binaryConfig returns a Config that receives binary messages, and a channel of
// their sizes. streams: the connections have a document open.
func binaryConfig(streams bool) (socket.Config, chan int) {
	sizes := make(chan int, 16)
	return socket.Config{
		Binary:  func(_ *hub.Conn, message []byte) { sizes <- len(message) },
		Streams: func(*hub.Conn) bool { return streams },
	}, sizes
}

func TestBinaryLimitDependsOnOpenDocument(t *testing.T) {
	for streams, limit := range map[bool]int{false: wire.MaxText, true: wire.MaxBinary} {
		config, sizes := binaryConfig(streams)
		p := newTestServer(t, config, hub.Config{})
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
		c.wantClose(websocket.StatusMessageTooBig)
	}
}

// rawFrame returns the header of a client's frame, masked with zeros.
func rawFrame(first byte, size uint64) []byte {
	return append(binary.BigEndian.AppendUint64([]byte{first, 0x80 | 127}, size), 0, 0, 0, 0)
}

const (
	binaryStart  = 0x02 // without FIN: fragments follow
	continuation = 0x00
	pong         = 0x8a
)

// closeCode reads a raw connection up to its close frame and returns the code, or
// 0 if there is none.
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

// skipHandshake reads the response to the handshake.
func skipHandshake(t *testing.T, conn net.Conn) {
	t.Helper()
	var answer []byte
	for one := make([]byte, 1); !bytes.HasSuffix(answer, []byte("\r\n\r\n")); answer = append(answer, one...) {
		if _, err := conn.Read(one); err != nil {
			t.Fatal(err)
		}
	}
}

// flood sends a binary message without an end, until the server closes the
// connection or 7 MiB are sent, and returns the close code.
func flood(conn net.Conn) websocket.StatusCode {
	const chunk, chunks = 32 << 10, 224
	conn.SetDeadline(time.Now().Add(time.Minute))
	closed := make(chan websocket.StatusCode, 1)
	go func() { closed <- closeCode(conn) }()
	fragment := append(rawFrame(binaryStart, chunk), make([]byte, chunk)...)
	for range chunks {
		if _, err := conn.Write(fragment); err != nil {
			break
		}
		fragment[0] = continuation
		if len(closed) > 0 {
			break
		}
	}
	return <-closed
}

func TestUnendingMessagesUseLittleMemory(t *testing.T) {
	const sockets = 100
	config, _ := binaryConfig(false)
	p := newTestServer(t, config, hub.Config{})
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

// A message that arrives slowly has its time limit from its beginning; control
// frames in between do not extend it.
func TestSlowMessageClosesTheConnection(t *testing.T) {
	config, _ := binaryConfig(true)
	config.MessageWait = 200 * time.Millisecond
	p := newTestServer(t, config, hub.Config{})
	conn := rawHandshake(t, p, "")
	skipHandshake(t, conn)
	conn.SetDeadline(time.Now().Add(testTimeout))
	conn.Write(append(rawFrame(binaryStart, 1), 'x'))
	for tick := time.Tick(20 * time.Millisecond); ; <-tick {
		_, err := conn.Write(append(append(rawFrame(continuation, 1), 'x'), pong, 0x80, 0, 0, 0, 0))
		if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
			t.Fatal("the time limit of the message has no effect")
		}
		if err != nil {
			break
		}
	}
	p.eventually("the connection is removed", func() bool { return p.hub.Stats().Connections == 0 })
}

func TestMessageWaitExcludesIdleTimeAndServing(t *testing.T) {
	const wait = 50 * time.Millisecond
	p := newTestServer(t, socket.Config{MessageWait: wait}, hub.Config{})
	p.router.HandleFunc("GET /slow", func(w http.ResponseWriter, _ *http.Request) { <-time.After(3 * wait) })
	c := p.connect("")
	if f := c.ask(`"url":"/slow"`); f.Status != 200 {
		t.Errorf("%+v", f)
	}
	<-time.After(3 * wait)
	echoOf(t, c.ask(`"url":"/echo"`))
}

// The library alone would wait for the rest of the frame before it reads the
// answer to its close frame.
func TestCloseDoesNotWaitForTheRestOfAMessage(t *testing.T) {
	t.Parallel()
	p := newTestServer(t, socket.Config{}, hub.Config{})
	conn := rawHandshake(t, p, string(rawFrame(0x81, 1<<40)))
	conn.SetDeadline(time.Now().Add(2 * testTimeout))
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
	p := newTestServer(t, socket.Config{}, hub.Config{})
	conn := rawHandshake(t, p, "\x81\x02{}")
	conn.SetDeadline(time.Now().Add(testTimeout))
	skipHandshake(t, conn)
	if code := closeCode(conn); code != websocket.StatusProtocolError {
		t.Errorf("closed with %d", code)
	}
}
