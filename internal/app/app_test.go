package app

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/account"
	"hubbub/internal/testkit"
)

func TestMain(m *testing.M) {
	if os.Getenv(mainVariable) != "" {
		os.Exit(Main(nil))
	}
	if database := os.Getenv(processVariable); database != "" {
		runAsProcess(database)
	}
	testkit.Main(m)
}

// instance is an App on a database of its own, with its log.
type instance struct {
	*App
	t   testing.TB
	log *lines

	conn *pgx.Conn // see admin
}

// startApp starts an App as main does, but with a low cost of password hashing. The
// functions change the configuration before the start.
func startApp(t testing.TB, change ...func(*Config)) *instance {
	t.Helper()
	return startAppOn(t, testkit.DatabaseURL(t), change...)
}

func startAppOn(t testing.TB, databaseURL string, change ...func(*Config)) *instance {
	t.Helper()
	log := &lines{}
	config := testConfig(databaseURL, log)
	for _, c := range change {
		c(&config)
	}
	app, err := Start(context.Background(), config)
	if err != nil {
		t.Fatalf("start the app: %v", err)
	}
	i := &instance{App: app, t: t, log: log}
	t.Cleanup(i.stop)
	return i
}

func testConfig(databaseURL string, log io.Writer) Config {
	return Config{
		Addr: "127.0.0.1:0", DatabaseURL: databaseURL, Demo: true,
		Log:       slog.New(contextHandler{slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelInfo})}),
		Heartbeat: 25 * time.Second, Patience: testkit.Patience,
		PasswordCost: account.Cost{MemoryKiB: 64, Iterations: 1},
	}
}

// stop closes the app as SIGTERM does. A second call does nothing.
func (i *instance) stop() {
	if i.closing.Load() {
		return
	}
	i.Close()
	if strings.Contains(i.log.String(), "shutdown step cut off") {
		i.t.Errorf("a step of the shutdown was cut off:\n%s", i.log)
	}
}

// anonymous returns a client that is not signed in.
func (i *instance) anonymous() *testkit.Client { return testkit.NewClient(i.t, i.at()) }

// as returns a client that is signed in as a user of the demo, by the form of the
// sign-in page.
func (i *instance) as(handle string) *testkit.Client {
	i.t.Helper()
	client := i.anonymous()
	client.Do(http.MethodPost, "/signin/demo", url.Values{"as": {handle}}).Want(http.StatusSeeOther)
	return client
}

// at returns the app's URL with the IP address: "localhost" has other cookies.
func (i *instance) at() string { return "http://" + i.listener.Addr().String() }

// room creates a public room and returns its id.
func (i *instance) room(owner *testkit.Client, name string) int64 {
	i.t.Helper()
	return testkit.As[thing](owner.Post("/api/rooms", map[string]string{"name": name, "kind": "public"}).Want(http.StatusOK)).ID
}

// id returns the id of the client's user.
func (i *instance) id(client *testkit.Client) int64 {
	i.t.Helper()
	return testkit.As[thing](client.Get("/api/me").Want(http.StatusOK)).ID
}

// thing has the fields that most tests read from an answer or an event.
type thing struct {
	ID     int64  `json:"id"`
	RoomID int64  `json:"roomId"`
	UserID int64  `json:"userId"`
	Seq    int64  `json:"seq"`
	Text   string `json:"text"`
	Unread int    `json:"unread"`
}

// lines is a log in memory.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

var _ io.Writer = (*lines)(nil)
