package account_test

import (
	"fmt"
	"net/http"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

func TestSignOutClosesTheSocketsOfTheSession(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	here, there := app.As("maya"), app.As("maya")
	ticket := testkit.As[struct{ Ticket string }](here.Post("/api/tickets", nil).Want(200)).Ticket
	closing := []*testkit.Socket{here.Connect(""), here.Connect("view=html"), app.Anonymous().Connect("ticket=" + ticket)}
	staying := there.Connect("")
	here.Post("/api/logout", nil).Want(204)
	wantClosed(closing...)
	staying.Get("/api/me", nil).Want(200)
	here.Connect("").Get("/api/me", nil).Want(401)
}

func TestSessionRevocationClosesItsSockets(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	lost, mine := app.As("maya"), app.As("maya")
	closing, staying := lost.Connect(""), mine.Connect("")
	for _, s := range testkit.As[[]struct {
		ID      int64
		Current bool
	}](mine.Get("/api/sessions")) {
		if s.Current {
			continue
		}
		staying.Request(http.MethodDelete, fmt.Sprint("/api/sessions/", s.ID), nil).Want(204)
		wantClosed(closing)
	}
	staying.Get("/api/me", nil).Want(200)
	lost.Get("/api/me").Want(401)
}

func TestTokenRevocationClosesItsSockets(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	maya := app.As("maya")
	made := testkit.As[struct {
		ID    int64
		Token string
	}](maya.Post("/api/tokens", in{"name": "robot"}).Want(200))
	robot := app.Anonymous().WithToken(made.Token)
	ticket := testkit.As[struct{ Ticket string }](robot.Post("/api/tickets", nil).Want(200)).Ticket
	closing := []*testkit.Socket{robot.Connect(""), app.Anonymous().Connect("ticket=" + ticket)}
	maya.Do(http.MethodDelete, fmt.Sprint("/api/tokens/", made.ID), nil).Want(204)
	wantClosed(closing...)
	if got := robot.ConnectRefused(""); got != 401 {
		t.Errorf("the token still opens sockets: %d", got)
	}
}

// wantClosed waits until the sockets are closed with 4401.
func wantClosed(sockets ...*testkit.Socket) {
	for _, s := range sockets {
		s.WantClosed(4401)
	}
}
