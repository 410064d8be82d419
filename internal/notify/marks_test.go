package notify

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"hubbub/internal/base/fault"
)

func TestNotificationReadIsSentOnceWithTheCount(t *testing.T) {
	t.Parallel()
	b := newTestService(t)
	one, two := b.tab(), b.tab()
	b.send(mention("message:1"))
	b.send(mention("message:2"))
	id := b.list(Filter{})[0].ID
	for range 2 {
		n, err := b.Read(t.Context(), maya, id)
		if err != nil || !n.Read {
			t.Fatalf("%+v, %v", n, err)
		}
	}
	for _, tab := range []*tab{one, two} {
		tab.wantEvents("notification created 1", "notification created 2", "notificationRead 1")
	}
	if _, err := b.ReadAll(t.Context(), maya); err != nil {
		t.Fatal(err)
	}
	one.wantEvents("notificationsAllRead 0")
	if len(b.list(Filter{Unread: true})) != 0 || len(b.list(Filter{})) != 2 {
		t.Errorf("the list has %+v", b.list(Filter{}))
	}
}

func TestSnoozeHidesUntilItsTime(t *testing.T) {
	t.Parallel()
	b := newTestService(t)
	tab := b.tab()
	b.send(mention("message:1"))
	id := b.list(Filter{})[0].ID
	until := b.clock.now().Add(time.Hour)
	if n, err := b.Snooze(t.Context(), maya, id, &until); err != nil || n.SnoozedUntil == nil || n.Read {
		t.Fatalf("%+v, %v", n, err)
	}
	if len(b.list(Filter{})) != 0 || len(b.list(Filter{Snoozed: true})) != 1 || b.unread() != 0 {
		t.Error("it is not snoozed")
	}
	if _, err := b.ReadAll(t.Context(), maya); err != nil {
		t.Fatal(err)
	}
	other := newNode(t, b.db)
	elsewhere := other.tab()
	b.clock.advance(time.Hour - time.Millisecond)
	b.unsnoozeDueOn(b, other)
	tab.wantEvents("notification created 1", "notificationUpdated snoozed 0")
	b.clock.advance(time.Millisecond)
	other.clock.ns.Store(b.clock.ns.Load())
	b.unsnoozeDueOn(b, other)
	tab.wantEvents("notificationUpdated woken 1")
	elsewhere.wantEvents("notificationUpdated woken 1")
	if len(b.list(Filter{Unread: true})) != 1 || b.unread() != 1 {
		t.Error("the snooze did not end")
	}
	b.unsnoozeDueOn(b, other)
	tab.wantEvents()
}

// unsnoozeDueOn does concurrently on all nodes what Run does when a snooze ends.
func (b *testService) unsnoozeDueOn(nodes ...*testService) {
	var waking sync.WaitGroup
	for _, node := range nodes {
		waking.Go(func() {
			if err := node.unsnoozeDue(b.t.Context()); err != nil {
				b.t.Error(err)
			}
		})
	}
	waking.Wait()
	for _, node := range nodes {
		if err := node.catchUp(b.t.Context()); err != nil {
			b.t.Error(err)
		}
	}
}

func TestSnoozeEndsWhenReadOrCancelled(t *testing.T) {
	t.Parallel()
	b := newTestService(t)
	b.send(mention("message:1"))
	id := b.list(Filter{})[0].ID
	for what, until := range map[string]time.Duration{"past": -time.Second, "now": 0, "too long": maxSnooze + time.Second} {
		if _, err := b.Snooze(t.Context(), maya, id, new(b.clock.now().Add(until))); !fault.Is(err, http.StatusUnprocessableEntity) {
			t.Errorf("%s: %v", what, err)
		}
	}
	snooze := func() {
		if _, err := b.Snooze(t.Context(), maya, id, new(b.clock.now().Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
	}
	snooze()
	if n, err := b.Snooze(t.Context(), maya, id, nil); err != nil || n.SnoozedUntil != nil || n.Read || b.unread() != 1 {
		t.Errorf("unsnoozed: %+v, %v", n, err)
	}
	snooze()
	if n, err := b.Read(t.Context(), maya, id); err != nil || n.SnoozedUntil != nil || !n.Read || b.unread() != 0 {
		t.Errorf("read: %+v, %v", n, err)
	}
	snooze()
	if n, err := b.Snooze(t.Context(), maya, id, nil); err != nil || n.Read || b.unread() != 1 {
		t.Errorf("read, snoozed and unsnoozed: %+v, %v", n, err)
	}
}

func TestNotificationReadTopicMarksUpToItsPlace(t *testing.T) {
	t.Parallel()
	b := newTestService(t)
	tab := b.tab()
	first, second, other := mention("message:1"), mention("message:2"), mention("message:3")
	second.TopicSeq, other.Topic = 2, "room:2"
	for _, n := range []Notification{first, second, other} {
		b.send(n)
	}
	tab.events()
	if err := b.ReadTopic(t.Context(), maya, "room:1", 1); err != nil {
		t.Fatal(err)
	}
	tab.wantEvents("notificationRead 2")
	for range 2 {
		if err := b.ReadTopic(t.Context(), maya, "room:1", 9); err != nil {
			t.Fatal(err)
		}
	}
	tab.wantEvents("notificationRead 1")
}

func TestNotificationSeenAlreadyIsListedAsRead(t *testing.T) {
	t.Parallel()
	b := newTestService(t)
	tab := b.tab()
	known := mention("message:1")
	known.Read = true
	b.send(known)
	tab.wantEvents("notificationUpdated updated 0")
	if notices := b.list(Filter{}); len(notices) != 1 || !notices[0].Read || b.unread() != 0 {
		t.Errorf("the list has %+v", notices)
	}
}
