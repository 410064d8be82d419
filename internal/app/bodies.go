package app

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"hubbub/internal/live/socket"
)

// bodyTime is how long a request's body may take to arrive: 256 KiB at 9 kB/s.
const bodyTime = 30 * time.Second

// limitBodyTime sets a deadline for a request's body. An action that reads the body
// after the deadline gets os.ErrDeadlineExceeded, which action.Bind answers with 408.
// If no action reads the body, the server does not wait for it longer than that
// either. Requests without a body, and so WebSockets, have no deadline.
func (a *App) limitBodyTime(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if r.Body == http.NoBody || socket.IsVirtual(r) {
			return next(c)
		}
		connection := http.NewResponseController(c.Response().Writer)
		deadline := time.Now().Add(cmp.Or(a.config.BodyTime, bodyTime))
		if err := connection.SetReadDeadline(deadline); err != nil {
			return err
		}
		r.Body = timedBody{r.Body, connection}
		return next(c)
	}
}

// timedBody removes the deadline at the end of the body. While the handler runs, the
// server continues to read, to notice that the client has disconnected; an expired
// deadline would look like a disconnected client.
type timedBody struct {
	io.ReadCloser
	connection *http.ResponseController
}

// Read reads from the body.
func (b timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.connection.SetReadDeadline(time.Time{}) // it fails only if the connection is closed
	}
	return n, err
}
