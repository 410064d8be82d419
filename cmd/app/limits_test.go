package main

import (
	"net/http"
	"net/http/cookiejar"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const floodSize = 3000

// flood makes requests from one address as fast as it can, and counts the
// answers by status.
func flood(t *testing.T, app *instance, path string, header http.Header) (counts map[int]int, took time.Duration) {
	t.Helper()
	jar, _ := cookiejar.New(nil) // never fails
	client := &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	t.Cleanup(client.CloseIdleConnections)
	counts = map[int]int{}
	var mu sync.Mutex
	var left atomic.Int64
	left.Store(floodSize)
	began := time.Now()
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				r, _ := http.NewRequest(http.MethodGet, app.at()+path, nil)
				r.Header = header
				response, err := client.Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				response.Body.Close()
				mu.Lock()
				counts[response.StatusCode]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return counts, time.Since(began)
}

func TestBadCredentialsAreLimitedBeforeTheDatabaseIsAsked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		path   string
		header http.Header
		status int
	}{
		"token":           {"/api/me", http.Header{"Authorization": {"Bearer guessed"}}, http.StatusUnauthorized},
		"cookie":          {"/api/me", http.Header{"Cookie": {"hubbub_session=guessed"}}, http.StatusUnauthorized},
		"ticket":          {"/socket?ticket=guessed", nil, http.StatusUnauthorized},
		"token at socket": {"/socket", http.Header{"Authorization": {"Bearer guessed"}}, http.StatusUnauthorized},
		"none":            {"/api/me", nil, http.StatusUnauthorized},
		"readiness":       {"/readyz", nil, http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := startApp(t, func(c *Config) { c.RequestRate = 50 })
			before := app.db.Stat().AcquireCount()
			counts, took := flood(t, app, c.path, c.header)
			asked := app.db.Stat().AcquireCount() - before
			most := 100 + int(50*took.Seconds()) + 1
			if counts[c.status] > most || counts[c.status]+counts[http.StatusTooManyRequests] != floodSize {
				t.Errorf("in %v: %v, want at most %d of %d", took, counts, most, c.status)
			}
			if asked > floodSize/2 { // the app's own jobs ask now and then
				t.Errorf("the database was asked %d times", asked)
			}
		})
	}
}

func TestSignedInPeopleDoNotShareTheLimitOfTheirAddress(t *testing.T) {
	t.Parallel()
	app := startApp(t, func(c *Config) { c.RequestRate = 50 })
	handles := []string{"sam", "maya", "theo", "lin", "priya"}
	var wg sync.WaitGroup
	for _, handle := range handles {
		who := app.as(handle)
		wg.Go(func() {
			for range 60 {
				if got := who.Get("/api/me"); got.Status != http.StatusOK {
					t.Errorf("%s is answered %d", handle, got.Status)
				}
			}
		})
	}
	wg.Wait()
	sam := app.as("sam")
	if counts, _ := flood(t, app, "/api/me", nil); counts[http.StatusTooManyRequests] == 0 {
		t.Errorf("nobody's flood is answered %v", counts)
	}
	sam.Get("/api/me").Want(http.StatusOK)
}

func TestRateLimitsTakeAndPutBack(t *testing.T) {
	t.Parallel()
	limits, now := newRateLimits(2), time.Now()
	took := func(want int) {
		t.Helper()
		got := 0
		for limits.take("someone", now) {
			got++
		}
		if got != want {
			t.Errorf("%d tokens, want %d", got, want)
		}
	}
	took(4)
	limits.putBack("someone")
	took(1)
	now = now.Add(time.Second)
	took(2)
	now = now.Add(2 * sweepBuckets)
	limits.take("another", now)
	if len(limits.buckets) != 1 {
		t.Errorf("%d buckets are kept", len(limits.buckets))
	}
	took(4)
}
