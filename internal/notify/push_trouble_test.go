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

func TestADeviceThatHasGoneIsForgotten(t *testing.T) {
	for _, status := range []int{http.StatusNotFound, http.StatusGone} {
		p := newPushBench(t)
		laptop := p.laptop()
		laptop.Answers(status)
		p.send(mention("message:1"))
		p.pass(pushAfter)
		p.wantState(p.newest(), unsubscribed)
		if devices, err := p.push.Devices(t.Context(), maya); err != nil || len(devices) != 0 {
			t.Errorf("after %d there are %+v, %v", status, devices, err)
		}
		p.pass(time.Hour)
		if tries := laptop.Tries(); tries != 1 {
			t.Errorf("after %d it was tried %d times", status, tries)
		}
		b := browserNamed("laptop")
		b.Renew = true
		wantFault(t, p.push.Subscribe(t.Context(), maya, b, laptop.subscription()), http.StatusGone)
		fresh := p.device("laptop, anew")
		b = Browser{Session: b.Session, Device: b.Device, Replaces: laptop.subscription().Endpoint}
		if err := p.push.Subscribe(t.Context(), maya, b, fresh.subscription()); err != nil {
			t.Error(err)
		}
		p.send(mention("message:2"))
		p.pass(pushAfter)
		fresh.wants(1)
	}
}

func TestABusyPushServiceIsAskedAgainWhenItSaysSo(t *testing.T) {
	p := newPushBench(t)
	laptop := p.laptop()
	laptop.Answers(http.StatusTooManyRequests, "Retry-After", "120")
	p.send(mention("message:1"))
	p.pass(pushAfter)
	laptop.Answers(http.StatusCreated)
	p.pass(119 * time.Second)
	laptop.wants(0)
	if w := p.why(p.newest()); w.Devices[0].State != waiting || !strings.Contains(w.Devices[0].Detail, "429") {
		t.Errorf("why: %+v", w.Devices)
	}
	p.pass(time.Second)
	laptop.wants(1)
	p.wantState(p.newest(), pushed)
}

func TestATroubledPushServiceIsGivenUpInTheEnd(t *testing.T) {
	p := newPushBench(t)
	laptop := p.laptop()
	laptop.Answers(http.StatusServiceUnavailable)
	p.send(mention("message:1"))
	p.pass(pushAfter)
	for range 12 {
		p.pass(longestPause)
	}
	if tries := laptop.Tries(); tries != mostAttempts {
		t.Errorf("tried %d times, want %d", tries, mostAttempts)
	}
	p.wantState(p.newest(), failed)
	devices, err := p.push.Devices(t.Context(), maya)
	if err != nil || len(devices) != 1 || devices[0].FailedAt == nil || !strings.Contains(devices[0].Failure, "503") {
		t.Errorf("its person sees %+v, %v", devices, err)
	}
	laptop.Answers(http.StatusCreated)
	p.send(mention("message:2"))
	p.pass(pushAfter)
	if devices, _ := p.push.Devices(t.Context(), maya); devices[0].Failure != "" || devices[0].DeliveredAt == nil {
		t.Errorf("well again, its person sees %+v", devices)
	}
}

func TestARefusalIsNotTriedAgain(t *testing.T) {
	p := newPushBench(t)
	laptop := p.laptop()
	laptop.Answers(http.StatusForbidden)
	p.send(mention("message:1"))
	p.pass(pushAfter)
	p.pass(longestPause)
	if tries := laptop.Tries(); tries != 1 {
		t.Errorf("tried %d times", tries)
	}
	p.wantState(p.newest(), failed)
}

func TestOfTwoNodesOnePushes(t *testing.T) {
	one := newPushBench(t)
	two := withPushing(onDatabase(t, one.db), one.service)
	laptop := one.laptop()
	const many = 40
	for i := range many {
		one.send(mention(fmt.Sprint("message:", i)))
	}
	one.clock.pass(pushAfter)
	two.clock.pass(pushAfter)
	var both sync.WaitGroup
	for _, p := range []*pushBench{one, two} {
		both.Go(func() { p.pass(0) })
	}
	both.Wait()
	one.pass(0)
	seen := map[string]bool{}
	for _, m := range laptop.wants(many) {
		seen[m.Tag] = true
	}
	if len(seen) != many {
		t.Errorf("%d different ones, want %d", len(seen), many)
	}
}

func TestWhatADeadNodeHadTakenIsSentByAnother(t *testing.T) {
	one := newPushBench(t)
	laptop := one.laptop()
	one.send(mention("message:1"))
	one.clock.pass(pushAfter)
	if err := one.push.decideAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if taken, err := takeDeliveries(t.Context(), one.db, one.clock.now(), 10, busy{}); err != nil || len(taken) != 1 {
		t.Fatalf("took %v, %v", taken, err)
	}
	two := withPushing(onDatabase(t, one.db), one.service)
	two.pass(pushAfter + time.Second)
	laptop.wants(0)
	two.pass(2 * patienceOfPush)
	laptop.wants(1)
}

func TestNodesThatStartAtOnceAgreeOnTheKeys(t *testing.T) {
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

func TestPausesGrowAndObey(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "soon": 0, "120": 2 * time.Minute, "-5": 0, "999999999999": longestPause, "9223372036854775807": longestPause,
		now.Add(time.Minute).Format(http.TimeFormat): time.Minute, now.Add(-time.Minute).Format(http.TimeFormat): 0,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("Retry-After: %s is %v, want %v", header, got, want)
		}
	}
	last := time.Duration(0)
	for attempt := 1; attempt <= mostAttempts; attempt++ {
		pause, again := pauseAfter(attempt, 0)
		if pause <= last || again != (attempt < mostAttempts) {
			t.Errorf("after attempt %d: %v, %v", attempt, pause, again)
		}
		last = pause
	}
	if pause, _ := pauseAfter(1, 48*time.Hour); pause != longestPause {
		t.Errorf("a service that asks for two days gets %v", pause)
	}
}
