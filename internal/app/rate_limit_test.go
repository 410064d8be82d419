package app_test

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

// get returns the status of a request without cookies, or 0 if it failed.
func get(t *testing.T, url string, header http.Header) int {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Error(err)
		return 0
	}
	r.Header = header
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		return 0
	}
	response.Body.Close()
	return response.StatusCode
}

// holdDatabase takes all connections of the app's pool, so that every query waits until
// release is called.
func holdDatabase(t *testing.T, app *apptest.App) (release func()) {
	t.Helper()
	var held []*pgxpool.Conn
	for range app.DB().Stat().MaxConns() {
		conn, err := app.DB().Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, conn)
	}
	return sync.OnceFunc(func() {
		for _, conn := range held {
			conn.Release()
		}
	})
}

func TestRateLimitOfBadCredentialsNeedsNoDatabase(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		path   string
		header http.Header
	}{
		"token":           {"/api/me", http.Header{"Authorization": {"Bearer guessed"}}},
		"cookie":          {"/api/me", http.Header{"Cookie": {"hubbub_session=guessed"}}},
		"ticket":          {"/socket?ticket=guessed", nil},
		"token at socket": {"/socket", http.Header{"Authorization": {"Bearer guessed"}}},
		"readiness":       {"/readyz", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := apptest.Start(t, func(c *apptest.Config) { c.RequestRate = 1 })
			release := holdDatabase(t, app)
			var refused, others atomic.Int32
			var wg sync.WaitGroup
			for range 20 { // two tokens, and one more each second
				wg.Go(func() {
					if get(t, app.BaseURL()+c.path, c.header) == http.StatusTooManyRequests {
						refused.Add(1)
					} else {
						others.Add(1)
					}
				})
			}
			defer wg.Wait()
			defer release()
			testkit.Eventually(t, "most are refused while the database is held", testkit.Timeout, func() bool { return refused.Load() >= 10 })
			release()
			wg.Wait()
			if others.Load() == 0 {
				t.Error("all requests are refused, even the first")
			}
		})
	}
}

func TestRateLimitOfSignedInUsersIsPerUser(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, func(c *apptest.Config) { c.RequestRate = 5 })
	var clients []*testkit.Client
	for _, handle := range []string{"sam", "maya", "theo", "lin", "priya"} {
		clients = append(clients, app.As(handle))
	}
	var wg sync.WaitGroup
	for _, client := range clients {
		wg.Go(func() {
			for range 8 { // a bucket has ten tokens
				if got := client.Get("/api/me"); got.Status != http.StatusOK {
					t.Errorf("one of 40 requests of five users is answered %d", got.Status)
				}
			}
		})
	}
	wg.Wait()
	refused := 0
	for range 200 {
		if get(t, app.BaseURL()+"/api/me", nil) == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused == 0 {
		t.Error("requests without a credential are not limited")
	}
	clients[0].Get("/api/me").Want(http.StatusOK)
}
