package app

import (
	"fmt"
	"hubbub/internal/testkit"
	"net/http"
	"testing"
	"time"
)

// soon is the time within which a revocation closes the sockets.
const soon = time.Second

func TestSignOutClosesTheSocketsOfTheSession(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	here, there := app.as("maya"), app.as("maya")
	ticket := testkit.As[struct{ Ticket string }](here.Post("/api/tickets", nil).Want(200)).Ticket
	closing := []*testkit.Socket{here.Connect(""), here.Connect("view=html"), app.anonymous().Connect("ticket=" + ticket)}
	staying := there.Connect("")
	began := time.Now()
	here.Post("/api/logout", nil).Want(204)
	app.wantClosedSoon(began, closing...)
	staying.Get("/api/me", nil).Want(200)
	here.Connect("").Get("/api/me", nil).Want(401)
}

func TestSessionRevocationClosesItsSockets(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	lost, mine := app.as("maya"), app.as("maya")
	closing, staying := lost.Connect(""), mine.Connect("")
	for _, s := range testkit.As[[]struct {
		ID      int64
		Current bool
	}](mine.Get("/api/sessions")) {
		if s.Current {
			continue
		}
		began := time.Now()
		staying.Request(http.MethodDelete, fmt.Sprint("/api/sessions/", s.ID), nil).Want(204)
		app.wantClosedSoon(began, closing)
	}
	staying.Get("/api/me", nil).Want(200)
	lost.Get("/api/me").Want(401)
}

func TestTokenRevocationClosesItsSockets(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	maya := app.as("maya")
	made := testkit.As[struct {
		ID    int64
		Token string
	}](maya.Post("/api/tokens", in{"name": "robot"}).Want(200))
	robot := app.anonymous().WithToken(made.Token)
	ticket := testkit.As[struct{ Ticket string }](robot.Post("/api/tickets", nil).Want(200)).Ticket
	closing := []*testkit.Socket{robot.Connect(""), app.anonymous().Connect("ticket=" + ticket)}
	began := time.Now()
	maya.Do(http.MethodDelete, fmt.Sprint("/api/tokens/", made.ID), nil).Want(204)
	app.wantClosedSoon(began, closing...)
	if got := robot.ConnectRefused(""); got != 401 {
		t.Errorf("the token still opens sockets: %d", got)
	}
}

// wantClosedSoon waits until the sockets are closed with 4401, and checks the time.
func (i *instance) wantClosedSoon(since time.Time, sockets ...*testkit.Socket) {
	i.t.Helper()
	for _, s := range sockets {
		s.WantClosed(4401)
	}
	if took := time.Since(since); took > soon {
		i.t.Errorf("closing took %v", took)
	}
}
