package app

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/testkit"
)

func TestDatabaseOutageIs503AndTheAppRecovers(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	sam, maya := app.as("sam"), app.as("maya")
	room := app.room(sam, "away")
	samSocket, mayaSocket := sam.Connect(""), maya.Connect("")
	for _, s := range []*testkit.Socket{samSocket, mayaSocket} {
		s.Get("/api/chat/join", in{"roomId": room}).Want(200)
	}
	restore := app.takeDatabaseAway()

	for name, answer := range map[string]testkit.Answer{
		"reading by HTTP":       sam.Get("/api/rooms"),
		"sending by HTTP":       sam.Post("/api/chat/send", in{"roomId": room, "text": "lost?"}),
		"reading by the socket": samSocket.Get("/api/rooms", nil),
		"sending by the socket": samSocket.Post("/api/chat/send", in{"roomId": room, "text": "lost?"}),
		"joining":               samSocket.Get("/api/chat/join", in{"roomId": room}),
		"signing in":            app.anonymous().Post("/api/login", in{"email": "x@test.example", "password": "correct horse"}),
		"an unknown token":      app.anonymous().WithToken("x").Get("/api/me"),
	} {
		if p := wantProblem(t, answer, http.StatusServiceUnavailable); p.Detail == "" || strings.Contains(answer.Body, "SQLSTATE") {
			t.Errorf("%s: the answer is %s", name, answer.Body)
		}
		if answer.Header.Get("Retry-After") != "1" {
			t.Errorf("%s: Retry-After is %q", name, answer.Header.Get("Retry-After"))
		}
	}
	app.anonymous().Get("/readyz").Want(503).WantBody("the database cannot be reached")
	app.anonymous().Get("/healthz").Want(200)
	app.anonymous().Get("/js/socket.js").Want(200)
	app.anonymous().Do(http.MethodGet, "/signin", nil, "Accept", "text/html").Want(200)
	sam.Do(http.MethodGet, fmt.Sprint("/rooms/", room), nil, "Accept", "text/html").Want(503).WantBody("<html")
	samSocket.Get("/healthz", nil).Want(200)

	restore()
	testkit.Eventually(t, "the app is ready again", testkit.Patience, func() bool { return app.anonymous().Get("/readyz").Status == 200 })
	samSocket.Get("/api/chat/join", in{"roomId": room, "after": 0}).Want(200)
	samSocket.Post("/api/chat/send", in{"roomId": room, "text": "back"}).Want(200)
	if e := testkit.DataOf[thing](t, mayaSocket.WantEvent("newMessage")); e.Text != "back" || e.Seq != 1 {
		t.Errorf("the first message after the outage is %+v", e)
	}
}

func TestDatabaseConnectionIsReplacedWhenLost(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	sam := app.as("sam")
	room := app.room(sam, "blip")
	for i := range 5 {
		app.cutDatabase()
		testkit.Eventually(t, "the app stores messages again", testkit.Patience, func() bool {
			return sam.Post("/api/chat/send", in{"roomId": room, "text": fmt.Sprint(i)}).Status == 200
		})
	}
	app.anonymous().Get("/readyz").Want(200)
}

func TestChatFailedCatchUpKeepsTheSubscription(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	sam, maya := app.as("sam"), app.as("maya")
	room := app.room(sam, "stays")
	mayaSocket, late := maya.Connect(""), app.as("theo").Connect("")
	mayaSocket.Get("/api/chat/join", in{"roomId": room}).Want(200)
	app.exec(`alter table chat.messages rename to elsewhere`)
	mayaSocket.Get("/api/chat/join", in{"roomId": room, "after": 0}).Want(500)
	late.Get("/api/chat/join", in{"roomId": room}).Want(500)
	app.exec(`alter table chat.elsewhere rename to messages`)
	app.send(sam, room, "still there?")
	mayaSocket.WantEvent("newMessage")
	late.WantNo("newMessage") // its join was refused
}

// takeDatabaseAway terminates the app's connections and refuses new ones until
// restore is called.
func (i *instance) takeDatabaseAway() (restore func()) {
	i.t.Helper()
	at, err := url.Parse(i.config.DatabaseURL)
	if err != nil {
		i.t.Fatal(err)
	}
	name := strings.TrimPrefix(at.Path, "/")
	at.Path = "/postgres"
	conn, err := pgx.Connect(context.Background(), at.String())
	if err != nil {
		i.t.Fatalf("connect to the server's postgres database: %v", err)
	}
	i.t.Cleanup(func() { conn.Close(context.Background()) })
	exec := func(sql string) {
		i.t.Helper()
		if _, err := conn.Exec(context.Background(), sql); err != nil {
			i.t.Fatalf("%s: %v", sql, err)
		}
	}
	exec(`alter database ` + name + ` allow_connections false`)
	exec(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '` + name + `'`)
	return func() { exec(`alter database ` + name + ` allow_connections true`) }
}
