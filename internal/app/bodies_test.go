package app

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
)

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
