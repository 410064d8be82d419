package main

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"hubbub/internal/socket"
)

// bodyTime is what a request's body may take to arrive: 256 KiB at 9 kB/s.
const bodyTime = 30 * time.Second

// limitBodyTime gives a body a deadline. An action that reads a later one gets
// os.ErrDeadlineExceeded, which action.Bind answers with 408; of a body that no
// action reads the server does not wait for more either. Requests without a
// body have no deadline, so neither have sockets.
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

// timedBody lifts the deadline at its end. The server goes on reading while the
// answer is made, to notice a client that leaves; a deadline that passed then
// would look like one.
type timedBody struct {
	io.ReadCloser
	connection *http.ResponseController
}

// Read reads the body.
func (b timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.connection.SetReadDeadline(time.Time{}) // fails only where the connection is gone
	}
	return n, err
}
