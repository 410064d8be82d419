package app_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

func TestDatabaseLockedTableIs503AndOtherTablesWork(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, func(c *apptest.Config) { c.RequestRate = 0 })
	sam := app.As("sam")
	room := app.Room(sam, "goes on")
	app.Exec(`begin; lock table dashboard.orders`)
	began := time.Now()
	var crowd sync.WaitGroup
	for range 40 {
		crowd.Go(func() {
			if answer := sam.Get("/api/orders"); answer.Status != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
				t.Errorf("orders answered %d, Retry-After %q", answer.Status, answer.Header.Get("Retry-After"))
			}
		})
	}
	crowd.Wait()
	took := time.Since(began)
	t.Logf("40 requests for a locked table were answered in %v", took)
	if took > 15*time.Second {
		t.Errorf("the answers took %v", took)
	}
	stop := make(chan struct{})
	for range 40 {
		crowd.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					sam.Get("/api/orders")
				}
			}
		})
	}
	for range 10 {
		sam.Post("/api/chat/send", in{"roomId": room, "text": "hi"}).Want(http.StatusOK)
		app.Anonymous().Get("/readyz").Want(http.StatusOK)
	}
	close(stop)
	crowd.Wait()
	app.Exec(`rollback`)
	testkit.Eventually(t, "orders are listed again", testkit.Timeout, func() bool { return sam.Get("/api/orders").Status == http.StatusOK })
}

func TestDatabaseFullDiskIs503AndNotReady(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.As("sam")
	room := app.Room(sam, "full")
	app.Exec(`create function public.full_disk() returns trigger language plpgsql as
		$$ begin raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$`)
	app.Exec(`create trigger full_disk before insert on chat.messages execute function public.full_disk()`)
	answer := sam.Post("/api/chat/send", in{"roomId": room, "text": "hi"}).Want(http.StatusServiceUnavailable)
	if answer.Header.Get("Retry-After") == "" {
		t.Error("the answer has no Retry-After")
	}
	app.Anonymous().Get("/readyz").Want(http.StatusServiceUnavailable).WantBody("the database is out of disk space")
	sam.Get("/api/rooms").Want(http.StatusOK)
	app.Exec(`drop trigger full_disk on chat.messages`)
	sam.Post("/api/chat/send", in{"roomId": room, "text": "hi"}).Want(http.StatusOK)
	testkit.Eventually(t, "the app is ready again", 30*time.Second, func() bool { return app.Anonymous().Get("/readyz").Status == http.StatusOK })
}
