package apptest

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/account"
	"hubbub/internal/app"
	"hubbub/internal/testkit"
)

// App is an app.App that a test has started.
type App struct {
	*app.App
	T           testing.TB // the test
	Log         *testkit.Log
	DatabaseURL string

	stopping sync.Once
	conn     *pgx.Conn // see Conn
}

// Config is the configuration of an app. Tests often have an app in a variable of the
// name "app", which hides the package.
type Config = app.Config

// Start starts an app on a new database with the users of the demo, as main does, but with
// a low cost of password hashing. The functions change the configuration before the start.
// The app ends with the test.
func Start(t testing.TB, change ...func(*Config)) *App {
	t.Helper()
	return StartOn(t, testkit.DatabaseURL(t), change...)
}

// StartOn is Start on a database that another app has used or uses.
func StartOn(t testing.TB, databaseURL string, change ...func(*Config)) *App {
	t.Helper()
	log := &testkit.Log{}
	config := testConfig(databaseURL, log)
	for _, c := range change {
		c(&config)
	}
	started, err := app.Start(context.Background(), config)
	if err != nil {
		t.Fatalf("start the app: %v", err)
	}
	a := &App{App: started, T: t, Log: log, DatabaseURL: databaseURL}
	t.Cleanup(a.Stop)
	return a
}

func testConfig(databaseURL string, log io.Writer) Config {
	return Config{
		Addr: "127.0.0.1:0", DatabaseURL: databaseURL, Demo: true,
		Log:       slog.New(slog.NewTextHandler(log, nil)),
		Heartbeat: 25 * time.Second, Patience: testkit.Timeout,
		PasswordCost: account.Cost{MemoryKiB: 64, Iterations: 1},
	}
}

// Stop closes the app as SIGTERM does. A second call does nothing.
func (a *App) Stop() {
	a.stopping.Do(func() {
		a.Close()
		if strings.Contains(a.Log.String(), "shutdown step cut off") {
			a.T.Errorf("a step of the shutdown was cut off:\n%s", a.Log)
		}
	})
}

// BaseURL returns the app's URL with the IP address: "localhost" has other cookies.
func (a *App) BaseURL() string { return "http://" + a.Addr() }
