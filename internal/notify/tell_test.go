package notify

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/postgres"
	"hubbub/internal/live/hub"
)

func TestNotificationSubscribersDoNotQueueBehindAHangingDatabase(t *testing.T) {
	b := newTestService(t)
	b.send(mention("message:1"))
	held, err := pgx.Connect(t.Context(), b.db.URL())
	if err != nil {
		t.Fatal(err)
	}
	release := sync.OnceFunc(func() { held.Close(context.Background()) })
	defer release()
	if _, err := held.Exec(t.Context(), `begin; lock table notify.people`); err != nil {
		t.Fatal(err)
	}
	// None of these gets an answer before the lock times out. If the shard were locked
	// during the query, they would wait one after the other.
	began := time.Now()
	var waiting sync.WaitGroup
	for range 6 {
		waiting.Go(func() {
			conn := b.hub.Open(hub.Identity{UserID: maya})
			defer b.hub.Remove(conn)
			if _, err := b.Subscribe(t.Context(), conn); !postgres.Unavailable(err) {
				t.Errorf("the table is locked, yet: %v", err)
			}
		})
	}
	waiting.Wait()
	if took := time.Since(began); took > 9*time.Second {
		t.Errorf("six subscribers waited one after the other, for %v", took)
	}
	release()
	conn := b.hub.Open(hub.Identity{UserID: maya})
	defer b.hub.Remove(conn)
	if unread, err := b.Subscribe(t.Context(), conn); err != nil || unread != 1 {
		t.Errorf("after the lock: %d unread, %v", unread, err)
	}
}

func TestNotificationCountStopsAtAHundred(t *testing.T) {
	b := newTestService(t)
	_, err := b.db.Exec(t.Context(), `
		insert into notify.notifications (user_id, seq, created_seq, change, type, shown, why, created_at)
		select $1, i, i, 'created', 'mention', true, '{}', now() from generate_series(1, 5000) i`, maya)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.db.Exec(t.Context(), `insert into notify.people (user_id, seq) values ($1, 5000)`, maya); err != nil {
		t.Fatal(err)
	}
	b.send(mention("message:1"))
	bell, err := b.Bell(t.Context(), maya)
	if err != nil || bell.Unread != maxUnread {
		t.Errorf("%d unread, %v", bell.Unread, err)
	}
	if unread, err := b.ReadAll(t.Context(), maya); err != nil || unread != 0 {
		t.Errorf("all read: %d unread, %v", unread, err)
	}
}

func TestNotificationSubscribersGetEveryChangeAfterTheAnswer(t *testing.T) {
	b := newTestService(t)
	const changes = 30
	var sending, subscribing sync.WaitGroup
	sending.Go(func() {
		for i := range changes {
			n := mention(fmt.Sprintf("message:%d", i))
			n.Topic = fmt.Sprintf("room:%d", i)
			if err := b.Send(t.Context(), n); err != nil {
				t.Error(err)
			}
		}
	})
	for range 4 {
		subscribing.Go(func() {
			for range 5 {
				conn := b.hub.Open(hub.Identity{UserID: maya})
				defer b.hub.Remove(conn)
				unread, err := b.Subscribe(t.Context(), conn)
				if err != nil {
					t.Error(err)
				}
				conn.Release()
				sending.Wait()
				for _, e := range (&tab{t, conn}).events() {
					if unread++; e.Data.UnreadCount != unread {
						t.Errorf("an event has %d unread, want %d", e.Data.UnreadCount, unread)
					}
				}
				if unread != changes {
					t.Errorf("got %d changes, want %d", unread, changes)
				}
			}
		})
	}
	subscribing.Wait()
}
