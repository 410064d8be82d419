package app

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"hubbub/internal/testkit"
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
	conn.SetReadDeadline(time.Now().Add(testkit.Patience))
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
	app := startApp(t, func(c *Config) { c.BodyTime = 500 * time.Millisecond })
	live := app.as("sam").Connect("")
	var halves []net.Conn
	for range 300 {
		halves = append(halves, sendPartialRequest(t, app.listener.Addr().String(), "/api/login"))
	}
	unread := sendPartialRequest(t, app.listener.Addr().String(), "/api/chat/send") // refused before the body is read
	for _, conn := range halves {
		wantAnswerAndClose(t, conn, http.StatusRequestTimeout)
	}
	wantAnswerAndClose(t, unread, http.StatusUnauthorized)
	live.Get("/api/me", nil).Want(http.StatusOK) // sockets have no such deadline
}

func TestBodyDeadlineEndsWithTheBody(t *testing.T) {
	t.Parallel()
	const deadline = 100 * time.Millisecond
	app := &App{config: Config{BodyTime: deadline}}
	e := echo.New()
	e.Use(app.limitBodyTime)
	e.POST("/", func(c echo.Context) error {
		if _, err := io.ReadAll(c.Request().Body); err != nil {
			return err
		}
		select {
		case <-c.Request().Context().Done():
			return errors.New("the request was cancelled")
		case <-time.After(5 * deadline): // a long answer
			return c.NoContent(http.StatusNoContent)
		}
	})
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	var reused bool
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { reused = info.Reused }}
	for range 2 {
		r, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), http.MethodPost, server.URL, strings.NewReader("hello"))
		if err != nil {
			t.Fatal(err)
		}
		response, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusNoContent {
			t.Errorf("answered %d", response.StatusCode)
		}
	}
	if !reused {
		t.Error("the connection was not reused")
	}
}
