package notify

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/internal/testkit"
)

func TestPushSubscriptionEndsWhenTheServiceReportsIt(t *testing.T) {
	for _, status := range []int{http.StatusNotFound, http.StatusGone} {
		p := newPushTest(t)
		laptop := p.laptop()
		laptop.Answers(status)
		p.send(mention("message:1"))
		p.advance(pushAfter)
		p.wantState(p.newest(), deliveryUnsubscribed)
		if devices, err := p.push.Devices(t.Context(), maya); err != nil || len(devices) != 0 {
			t.Errorf("after %d there are %+v, %v", status, devices, err)
		}
		p.advance(time.Hour)
		if tries := laptop.Tries(); tries != 1 {
			t.Errorf("after %d there were %d attempts", status, tries)
		}
		b := browserNamed("laptop")
		b.Renew = true
		wantFault(t, p.push.Subscribe(t.Context(), maya, b, laptop.subscription()), http.StatusGone)
		fresh := p.device("laptop, subscribed again")
		b = Browser{Session: b.Session, Device: b.Device, Replaces: laptop.subscription().Endpoint}
		if err := p.push.Subscribe(t.Context(), maya, b, fresh.subscription()); err != nil {
			t.Error(err)
		}
		p.send(mention("message:2"))
		p.advance(pushAfter)
		fresh.wantPushes(1)
	}
}

func TestPushRetryObeysRetryAfter(t *testing.T) {
	p := newPushTest(t)
	laptop := p.laptop()
	laptop.Answers(http.StatusTooManyRequests, "Retry-After", "120")
	p.send(mention("message:1"))
	p.advance(pushAfter)
	laptop.Answers(http.StatusCreated)
	p.advance(119 * time.Second)
	laptop.wantPushes(0)
	if w := p.why(p.newest()); w.Devices[0].State != deliveryWaiting || !strings.Contains(w.Devices[0].Detail, "429") {
		t.Errorf("why: %+v", w.Devices)
	}
	p.advance(time.Second)
	laptop.wantPushes(1)
	p.wantState(p.newest(), deliveryPushed)
}

func TestPushFailsAfterTheLastAttempt(t *testing.T) {
	p := newPushTest(t)
	laptop := p.laptop()
	laptop.Answers(http.StatusServiceUnavailable)
	p.send(mention("message:1"))
	p.advance(pushAfter)
	for range 12 {
		p.advance(maxRetryPause)
	}
	if tries := laptop.Tries(); tries != maxAttempts {
		t.Errorf("%d attempts, want %d", tries, maxAttempts)
	}
	p.wantState(p.newest(), deliveryFailed)
	devices, err := p.push.Devices(t.Context(), maya)
	if err != nil || len(devices) != 1 || devices[0].FailedAt == nil || !strings.Contains(devices[0].Failure, "503") {
		t.Errorf("the devices are %+v, %v", devices, err)
	}
	laptop.Answers(http.StatusCreated)
	p.send(mention("message:2"))
	p.advance(pushAfter)
	if devices, _ := p.push.Devices(t.Context(), maya); devices[0].Failure != "" || devices[0].DeliveredAt == nil {
		t.Errorf("after a delivery the devices are %+v", devices)
	}
}

func TestPushIsNotRetriedAfterARefusal(t *testing.T) {
	p := newPushTest(t)
	laptop := p.laptop()
	laptop.Answers(http.StatusForbidden)
	p.send(mention("message:1"))
	p.advance(pushAfter)
	p.advance(maxRetryPause)
	if tries := laptop.Tries(); tries != 1 {
		t.Errorf("%d attempts, want 1", tries)
	}
	p.wantState(p.newest(), deliveryFailed)
}

func TestPushIsSentByOneOfTwoNodes(t *testing.T) {
	one := newPushTest(t)
	two := newPusherNode(newNode(t, one.db), one.service)
	laptop := one.laptop()
	const many = 40
	for i := range many {
		one.send(mention(fmt.Sprint("message:", i)))
	}
	one.clock.advance(pushAfter)
	two.clock.advance(pushAfter)
	var both sync.WaitGroup
	for _, p := range []*pushTest{one, two} {
		both.Go(func() { p.advance(0) })
	}
	both.Wait()
	one.advance(0)
	seen := map[string]bool{}
	for _, m := range laptop.wantPushes(many) {
		seen[m.Tag] = true
	}
	if len(seen) != many {
		t.Errorf("%d different pushes, want %d", len(seen), many)
	}
}

func TestPushOfADeadNodeIsSentByAnother(t *testing.T) {
	one := newPushTest(t)
	laptop := one.laptop()
	one.send(mention("message:1"))
	one.clock.advance(pushAfter)
	if err := one.push.decisions.Work(t.Context(), one.push.guard); err != nil {
		t.Fatal(err)
	}
	if taken, err := takeDeliveries(t.Context(), one.db, one.clock.now(), 10, usage{}); err != nil || len(taken) != 1 {
		t.Fatalf("took %v, %v", taken, err)
	}
	two := newPusherNode(newNode(t, one.db), one.service)
	two.advance(pushAfter + time.Second)
	laptop.wantPushes(0)
	two.advance(2 * pushTimeout)
	laptop.wantPushes(1)
}

func TestPushKeysAreGeneratedOnce(t *testing.T) {
	db := testkit.Database(t)
	keys := make([]string, 8)
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() {
			var err error
			if keys[i], err = NewPusher(db, nil, nil, PushConfig{}).Key(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, key := range keys {
		if key != keys[0] || len(key) != 87 {
			t.Errorf("the keys are %q", keys)
		}
	}
}

func TestPushRetryPausesGrowWithinLimits(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "soon": 0, "120": 2 * time.Minute, "-5": 0, "999999999999": maxRetryPause, "9223372036854775807": maxRetryPause,
		now.Add(time.Minute).Format(http.TimeFormat): time.Minute, now.Add(-time.Minute).Format(http.TimeFormat): 0,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("Retry-After: %s is %v, want %v", header, got, want)
		}
	}
	last := time.Duration(0)
	for attempt := 1; attempt <= maxAttempts; attempt++ {
		pause, retry := retryPause(attempt, 0)
		if pause <= last || retry != (attempt < maxAttempts) {
			t.Errorf("after attempt %d: %v, %v", attempt, pause, retry)
		}
		last = pause
	}
	if pause, _ := retryPause(1, 48*time.Hour); pause != maxRetryPause {
		t.Errorf("a service that asks for two days gets %v", pause)
	}
}
