package app_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

// sendPartialRequest opens a connection and sends a request without the end of its body.
func sendPartialRequest(t *testing.T, address, path string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: hubbub\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", path)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// wantAnswerAndClose waits for the response and for the end of the connection.
func wantAnswerAndClose(t *testing.T, conn net.Conn, status int) {
	t.Helper()
	conn.SetReadDeadline(time.Now().Add(testkit.Timeout))
	r := bufio.NewReader(conn)
	response, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	if response.StatusCode != status {
		t.Errorf("answered %d, want %d", response.StatusCode, status)
	}
	io.Copy(io.Discard, response.Body)
	if _, err := r.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("the connection is still open: %v", err)
	}
}

func TestBodyDeadlineEndsHalfSentRequests(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, func(c *apptest.Config) { c.BodyTime = 500 * time.Millisecond })
	live := app.As("sam").Connect("")
	var halves []net.Conn
	for range 300 {
		halves = append(halves, sendPartialRequest(t, app.Addr(), "/api/login"))
	}
	unread := sendPartialRequest(t, app.Addr(), "/api/chat/send") // refused before the body is read
	for _, conn := range halves {
		wantAnswerAndClose(t, conn, http.StatusRequestTimeout)
	}
	wantAnswerAndClose(t, unread, http.StatusUnauthorized)
	live.Get("/api/me", nil).Want(http.StatusOK) // sockets have no such deadline
}
