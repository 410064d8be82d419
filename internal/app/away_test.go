package app_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

func TestDatabaseOutageIs503AndTheAppRecovers(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	room := app.Room(sam, "away")
	samSocket, mayaSocket := sam.Connect(""), maya.Connect("")
	for _, s := range []*testkit.Socket{samSocket, mayaSocket} {
		s.Get("/api/chat/join", in{"roomId": room}).Want(200)
	}
	restore := takeDatabaseAway(app)

	for name, answer := range map[string]testkit.Answer{
		"reading by HTTP":       sam.Get("/api/rooms"),
		"sending by HTTP":       sam.Post("/api/chat/send", in{"roomId": room, "text": "lost?"}),
		"reading by the socket": samSocket.Get("/api/rooms", nil),
		"sending by the socket": samSocket.Post("/api/chat/send", in{"roomId": room, "text": "lost?"}),
		"joining":               samSocket.Get("/api/chat/join", in{"roomId": room}),
		"signing in":            app.Anonymous().Post("/api/login", in{"email": "x@test.example", "password": "correct horse"}),
		"an unknown token":      app.Anonymous().WithToken("x").Get("/api/me"),
	} {
		if p := apptest.WantProblem(t, answer, http.StatusServiceUnavailable); p.Detail == "" || strings.Contains(answer.Body, "SQLSTATE") {
			t.Errorf("%s: the answer is %s", name, answer.Body)
		}
		if answer.Header.Get("Retry-After") != "1" {
			t.Errorf("%s: Retry-After is %q", name, answer.Header.Get("Retry-After"))
		}
	}
	app.Anonymous().Get("/readyz").Want(503).WantBody("the database cannot be reached")
	app.Anonymous().Get("/healthz").Want(200)
	app.Anonymous().Get("/js/socket.js").Want(200)
	app.Anonymous().Do(http.MethodGet, "/signin", nil, "Accept", "text/html").Want(200)
	sam.Do(http.MethodGet, fmt.Sprint("/rooms/", room), nil, "Accept", "text/html").Want(503).WantBody("<html")
	samSocket.Get("/healthz", nil).Want(200)

	restore()
	testkit.Eventually(t, "the app is ready again", testkit.Timeout, func() bool { return app.Anonymous().Get("/readyz").Status == 200 })
	samSocket.Get("/api/chat/join", in{"roomId": room, "after": 0}).Want(200)
	samSocket.Post("/api/chat/send", in{"roomId": room, "text": "back"}).Want(200)
	if e := testkit.DataOf[apptest.Fields](t, mayaSocket.WantEvent("newMessage")); e.Text != "back" || e.Seq != 1 {
		t.Errorf("the first message after the outage is %+v", e)
	}
}

func TestDatabaseConnectionIsReplacedWhenLost(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.As("sam")
	room := app.Room(sam, "blip")
	for i := range 5 {
		app.CutDatabase()
		testkit.Eventually(t, "the app stores messages again", testkit.Timeout, func() bool {
			return sam.Post("/api/chat/send", in{"roomId": room, "text": fmt.Sprint(i)}).Status == 200
		})
	}
	app.Anonymous().Get("/readyz").Want(200)
}

func TestChatFailedCatchUpKeepsTheSubscription(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.As("sam"), app.As("maya")
	room := app.Room(sam, "stays")
	mayaSocket, late := maya.Connect(""), app.As("theo").Connect("")
	mayaSocket.Get("/api/chat/join", in{"roomId": room}).Want(200)
	app.Exec(`alter table chat.messages rename to elsewhere`)
	mayaSocket.Get("/api/chat/join", in{"roomId": room, "after": 0}).Want(500)
	late.Get("/api/chat/join", in{"roomId": room}).Want(500)
	app.Exec(`alter table chat.elsewhere rename to messages`)
	app.Send(sam, room, "still there?")
	mayaSocket.WantEvent("newMessage")
	late.WantNo("newMessage") // its join was refused
}

// takeDatabaseAway terminates the app's connections and refuses new ones until
// restore is called.
func takeDatabaseAway(app *apptest.App) (restore func()) {
	app.T.Helper()
	at, err := url.Parse(app.DatabaseURL)
	if err != nil {
		app.T.Fatal(err)
	}
	name := strings.TrimPrefix(at.Path, "/")
	at.Path = "/postgres"
	conn, err := pgx.Connect(context.Background(), at.String())
	if err != nil {
		app.T.Fatalf("connect to the server's postgres database: %v", err)
	}
	app.T.Cleanup(func() { conn.Close(context.Background()) })
	exec := func(sql string) {
		app.T.Helper()
		if _, err := conn.Exec(context.Background(), sql); err != nil {
			app.T.Fatalf("%s: %v", sql, err)
		}
	}
	exec(`alter database ` + name + ` allow_connections false`)
	exec(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '` + name + `'`)
	return func() { exec(`alter database ` + name + ` allow_connections true`) }
}
