package notify

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/internal/testkit"
)

func TestPushReachesTheDeviceEncrypted(t *testing.T) {
	p := newPushTest(t)
	laptop := p.laptop()
	p.send(mention("message:1"))
	p.advance(pushAfter)
	got := laptop.wantPushes(1)[0]
	id := p.newest()
	want := payload{
		Kind: "show", Tag: fmt.Sprintf("n%d", id), ID: id, Title: "Sam mentioned you", Body: "“hello”",
		URL: "/rooms/1?message=1", At: p.clock.now().Add(-pushAfter).UnixMilli(), Alert: true,
	}
	if fmt.Sprint(got.payload) != fmt.Sprint(want) {
		t.Errorf("got %+v, want %+v", got.payload, want)
	}
	if key, err := p.push.Key(t.Context()); err != nil || got.Key != key {
		t.Errorf("signed with %s, want the key that browsers get: %s, %v", got.Key, key, err)
	}
	if got.Signed.Aud != p.service.URL || got.Signed.Sub != "https://hubbub.example" {
		t.Errorf("signed %+v", got.Signed)
	}
	if h := got.Header; h.Get("TTL") != "86400" || h.Get("Urgency") != "high" || len(h.Get("Topic")) != 32 || strings.ContainsAny(h.Get("Topic"), "+/=") {
		t.Errorf("headers: %v", h)
	}
	p.wantState(id, deliveryPushed)
	if w := p.why(id); w.Result.Push != PushSent || w.Devices[0].Device != "laptop" {
		t.Errorf("why: %+v", w)
	}
	p.advance(time.Hour)
	laptop.wantPushes(1)
}

func TestPushIsSentAfterTenSeconds(t *testing.T) {
	p := newPushTest(t)
	laptop := p.laptop()
	p.send(mention("message:1"))
	p.advance(pushAfter - time.Millisecond)
	laptop.wantPushes(0)
	p.advance(time.Millisecond)
	laptop.wantPushes(1)
}

func TestPushIsNotSentWithoutNeed(t *testing.T) {
	quiet := &QuietHours{From: "08:00", To: "10:00", TimeZone: "UTC"}
	for name, c := range map[string]struct {
		change func(p *pushTest)
		want   Push
	}{
		"the user is active at a tab": {func(p *pushTest) { p.attending.Store(&Attention{Status: "online", Active: true}) }, PushPresent},
		"the user is busy":            {func(p *pushTest) { p.attending.Store(&Attention{Status: "busy"}) }, PushBusy},
		"it was read":                 {func(p *pushTest) { p.Read(p.t.Context(), maya, p.newest()) }, PushRead},
		"it is snoozed": {func(p *pushTest) {
			p.Snooze(p.t.Context(), maya, p.newest(), new(p.clock.now().Add(time.Hour)))
		}, PushRead},
		"the user is in quiet hours": {func(p *pushTest) {
			p.SetPreferences(p.t.Context(), maya, Preferences{Types: defaultPreferences().Types, QuietHours: quiet})
		}, PushQuiet},
		"the type is switched off": {func(p *pushTest) {
			chosen := defaultPreferences()
			chosen.Types[Mention] = Channels{InApp: true}
			p.SetPreferences(p.t.Context(), maya, chosen)
		}, PushOff},
		"the user has signed out there": {func(p *pushTest) { p.sessions.ended.Store("session of laptop", true) }, PushNoDevice},
		"the user has no device":        {func(p *pushTest) { p.push.Unsubscribe(p.t.Context(), maya, p.service.URL+"/laptop") }, PushNoDevice},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPushTest(t)
			laptop := p.laptop()
			p.send(mention("message:1"))
			id := p.newest()
			c.change(p)
			p.advance(pushAfter)
			laptop.wantPushes(0)
			if w := p.why(id); w.Result.Push != c.want || w.Rule == "" || w.Result.InApp != Shown {
				t.Errorf("why is %+v, want %s", w, c.want)
			}
			p.attending.Store(&Attention{Status: "offline"})
			p.advance(50 * time.Minute) // decided once
			laptop.wantPushes(0)
		})
	}
}

func TestPushIsSentWhenASnoozeEnds(t *testing.T) {
	p := newPushTest(t)
	laptop := p.laptop()
	p.send(mention("message:1"))
	if _, err := p.Snooze(t.Context(), maya, p.newest(), new(p.clock.now().Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	p.advance(time.Hour)
	laptop.wantPushes(0)
	if err := p.unsnoozeDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.advance(0)
	laptop.wantPushes(1)
}

func TestPushOfAGroupReplacesTheEarlierOne(t *testing.T) {
	p := newPushTest(t)
	laptop := p.laptop()
	for i, from := range []int64{sam, theo, lin} {
		n := mention(fmt.Sprint("reaction:", i))
		n.Type, n.GroupKey, n.ActorID, n.Title = Reaction, "reactions:1", from, Who+" reacted"
		p.send(n)
		p.clock.advance(pushAfter / 2)
	}
	p.advance(0)
	first := laptop.wantPushes(1)[0]
	n := mention("reaction:4")
	n.Type, n.GroupKey, n.ActorID, n.Title = Reaction, "reactions:1", priya, Who+" reacted"
	p.send(n)
	p.advance(pushAfter)
	second := laptop.wantPushes(2)[1]
	if first.Tag != second.Tag || first.Header.Get("Topic") != second.Header.Get("Topic") {
		t.Errorf("the second does not replace the first: %+v, %+v", first, second)
	}
	if first.Title != "Lin and 2 others reacted" || second.Title != "Priya and 3 others reacted" || second.Alert {
		t.Errorf("the device showed %q, then %q", first.Title, second.Title)
	}
	p.send(mention("message:1"))
	p.advance(pushAfter)
	if other := laptop.wantPushes(3)[2]; other.Tag == first.Tag || other.Header.Get("Topic") == first.Header.Get("Topic") {
		t.Errorf("another notification replaces the burst: %+v", other)
	}
}

func TestPushIsDroppedWhenReadBeforeARetry(t *testing.T) {
	p := newPushTest(t)
	laptop := p.laptop()
	laptop.Answers(http.StatusServiceUnavailable)
	p.send(mention("message:1"))
	p.advance(pushAfter)
	id := p.newest()
	laptop.Answers(http.StatusCreated)
	p.Read(t.Context(), maya, id)
	p.advance(maxRetryPause)
	laptop.wantPushes(0)
	p.wantState(id, deliveryDropped)
}

func TestPushWithdrawalClosesWhatWasReadElsewhere(t *testing.T) {
	p := newPushTest(t)
	laptop := p.laptop()
	other := p.subscribed("sam's", sam)
	p.send(mention("message:1"))
	p.send(mention("message:2"))
	p.advance(pushAfter)
	shown := laptop.wantPushes(2)
	p.send(mention("message:3"))
	p.ReadTopic(t.Context(), maya, "room:1", 1)
	p.advance(0)
	laptop.wantPushes(2)
	p.advance(withdrawDelay)
	closed := laptop.wantPushes(3)[2]
	if closed.Kind != "withdraw" || len(closed.Tags) != 2 || closed.Tags[0] == closed.Tags[1] || closed.Title != "" {
		t.Errorf("the device closes %+v, want what it shows: %+v", closed.payload, shown)
	}
	p.wantState(shown[0].ID, deliveryWithdrawn)
	p.advance(time.Hour)
	laptop.wantPushes(3)
	other.wantPushes(0)
}

func TestPushWithdrawalReplacesAWaitingPush(t *testing.T) {
	p := newPushTest(t)
	laptop := p.laptop()
	p.send(mention("message:1"))
	p.advance(pushAfter)
	p.Delete(t.Context(), maya, p.newest())
	p.advance(0)
	p.advance(withdrawDelay)
	got := laptop.wantPushes(2)
	if a, b := got[0].Header.Get("Topic"), got[1].Header.Get("Topic"); a != b {
		t.Errorf("under the topic %q, want %q", b, a)
	}
}

func TestPushWithdrawalsStayWithinTheSilentBudget(t *testing.T) {
	p := newPushTest(t)
	laptop := p.laptop()
	read := func(i int) {
		p.send(mention(fmt.Sprint("message:", i)))
		p.advance(pushAfter)
		p.Read(t.Context(), maya, p.newest())
		p.advance(0)
		p.advance(withdrawDelay)
	}
	for i := range silentPushesPerDay + 2 {
		read(i)
	}
	laptop.wantPushes(silentPushesPerDay + 2 + silentPushesPerDay)
	p.wantState(p.newest(), deliveryLeft)
	p.advance(24 * time.Hour)
	read(100)
	p.wantState(p.newest(), deliveryWithdrawn)
	for endpoint, want := range map[string]bool{
		"https://web.push.apple.com/QG": true, "https://fcm.googleapis.com/fcm/send/x": false,
		"https://updates.push.services.mozilla.com/wpush/v2/g": false, "https://push.apple.com.example/": false,
	} {
		if requiresVisible(endpoint) != want {
			t.Errorf("requiresVisible(%s) is %v", endpoint, !want)
		}
	}
}

func TestPushFitsTheLongestNotification(t *testing.T) {
	p := newPushTest(t)
	laptop := p.laptop()
	n := mention("message:1")
	n.ActorID, n.Title, n.Message, n.URL = 0, strings.Repeat("\x01", 500), strings.Repeat("<", 5000), "/"+strings.Repeat("&", maxPushURL-1)
	p.send(n)
	n.Key, n.URL = "message:2", n.URL+"&"
	p.send(n)
	p.advance(pushAfter)
	urls := map[string]bool{}
	for _, m := range laptop.wantPushes(2) {
		urls[m.URL] = true
	}
	if len(urls) != 2 || !urls["/notifications"] {
		t.Errorf("the pushes lead to %v", urls)
	}
}

func TestPushRunEndsWithItsContext(t *testing.T) {
	p := newPushTest(t)
	laptop := p.laptop()
	p.send(mention("message:1"))
	p.clock.advance(pushAfter)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { p.push.Run(ctx) })
	testkit.Eventually(t, "it is pushed", testkit.Timeout, func() bool {
		return len(laptop.Received()) == 1
	})
	stop()
	running.Wait()
	p.wantState(p.newest(), deliveryPushed)
}
