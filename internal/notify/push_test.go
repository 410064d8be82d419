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

func TestAPushReachesTheDeviceAndNobodyOnTheWayCanReadIt(t *testing.T) {
	p := newPushBench(t)
	laptop := p.laptop()
	p.send(mention("message:1"))
	p.pass(pushAfter)
	got := laptop.wants(1)[0]
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
	p.wantState(id, pushed)
	if w := p.why(id); w.Result.Push != PushSent || w.Devices[0].Device != "laptop" {
		t.Errorf("why: %+v", w)
	}
	p.pass(time.Hour)
	laptop.wants(1)
}

func TestAPushComesTenSecondsLater(t *testing.T) {
	p := newPushBench(t)
	laptop := p.laptop()
	p.send(mention("message:1"))
	p.pass(pushAfter - time.Millisecond)
	laptop.wants(0)
	p.pass(time.Millisecond)
	laptop.wants(1)
}

func TestNothingIsPushedWithoutNeed(t *testing.T) {
	quiet := &QuietHours{From: "08:00", To: "10:00", TimeZone: "UTC"}
	for name, c := range map[string]struct {
		meanwhile func(p *pushBench)
		want      Push
	}{
		"they are active at a tab": {func(p *pushBench) { p.at.Store(&Attending{Status: "online", Active: true}) }, PushPresent},
		"they are busy":            {func(p *pushBench) { p.at.Store(&Attending{Status: "busy"}) }, PushBusy},
		"it was read":              {func(p *pushBench) { p.Read(p.t.Context(), maya, p.newest()) }, PushRead},
		"it sleeps": {func(p *pushBench) {
			p.Snooze(p.t.Context(), maya, p.newest(), new(p.clock.now().Add(time.Hour)))
		}, PushRead},
		"it is quiet": {func(p *pushBench) {
			p.SetPreferences(p.t.Context(), maya, Preferences{Types: everything().Types, QuietHours: quiet})
		}, PushQuiet},
		"they want none of the type": {func(p *pushBench) {
			chosen := everything()
			chosen.Types[Mention] = Channels{InApp: true}
			p.SetPreferences(p.t.Context(), maya, chosen)
		}, PushOff},
		"they have signed out there": {func(p *pushBench) { p.sessions.ended.Store("session of laptop", true) }, PushNowhere},
		"they have no device":        {func(p *pushBench) { p.push.Unsubscribe(p.t.Context(), maya, p.service.URL+"/laptop") }, PushNowhere},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPushBench(t)
			laptop := p.laptop()
			p.send(mention("message:1"))
			id := p.newest()
			c.meanwhile(p)
			p.pass(pushAfter)
			laptop.wants(0)
			if w := p.why(id); w.Result.Push != c.want || w.Rule == "" || w.Result.InApp != Shown {
				t.Errorf("why says %+v, want %s", w, c.want)
			}
			p.at.Store(&Attending{Status: "offline"})
			p.pass(50 * time.Minute) // decided once
			laptop.wants(0)
		})
	}
}

func TestWhatSleptIsPushedWhenItWakes(t *testing.T) {
	p := newPushBench(t)
	laptop := p.laptop()
	p.send(mention("message:1"))
	if _, err := p.Snooze(t.Context(), maya, p.newest(), new(p.clock.now().Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	p.pass(time.Hour)
	laptop.wants(0)
	if err := p.wakeDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.pass(0)
	laptop.wants(1)
}

func TestMoreOfABurstReplacesWhatTheDeviceShows(t *testing.T) {
	p := newPushBench(t)
	laptop := p.laptop()
	for i, from := range []int64{sam, theo, lin} {
		n := mention(fmt.Sprint("reaction:", i))
		n.Type, n.GroupKey, n.ActorID, n.Title = Reaction, "reactions:1", from, Who+" reacted"
		p.send(n)
		p.clock.pass(pushAfter / 2)
	}
	p.pass(0)
	first := laptop.wants(1)[0]
	n := mention("reaction:4")
	n.Type, n.GroupKey, n.ActorID, n.Title = Reaction, "reactions:1", priya, Who+" reacted"
	p.send(n)
	p.pass(pushAfter)
	second := laptop.wants(2)[1]
	if first.Tag != second.Tag || first.Header.Get("Topic") != second.Header.Get("Topic") {
		t.Errorf("the second does not replace the first: %+v, %+v", first, second)
	}
	if first.Title != "Lin and 2 others reacted" || second.Title != "Priya and 3 others reacted" || second.Alert {
		t.Errorf("the device showed %q, then %q", first.Title, second.Title)
	}
	p.send(mention("message:1"))
	p.pass(pushAfter)
	if other := laptop.wants(3)[2]; other.Tag == first.Tag || other.Header.Get("Topic") == first.Header.Get("Topic") {
		t.Errorf("another notification replaces the burst: %+v", other)
	}
}

func TestWhatWasReadBeforeItCouldBeSentIsNot(t *testing.T) {
	p := newPushBench(t)
	laptop := p.laptop()
	laptop.Answers(http.StatusServiceUnavailable)
	p.send(mention("message:1"))
	p.pass(pushAfter)
	id := p.newest()
	laptop.Answers(http.StatusCreated)
	p.Read(t.Context(), maya, id)
	p.pass(longestPause)
	laptop.wants(0)
	p.wantState(id, dropped)
}

func TestWhatIsReadElsewhereIsClosedOnTheDevices(t *testing.T) {
	p := newPushBench(t)
	laptop := p.laptop()
	other := p.subscribed("sam's", sam)
	p.send(mention("message:1"))
	p.send(mention("message:2"))
	p.pass(pushAfter)
	shown := laptop.wants(2)
	p.send(mention("message:3"))
	p.ReadTopic(t.Context(), maya, "room:1", 1)
	p.pass(0)
	laptop.wants(2)
	p.pass(gatherFor)
	closed := laptop.wants(3)[2]
	if closed.Kind != "withdraw" || len(closed.Tags) != 2 || closed.Tags[0] == closed.Tags[1] || closed.Title != "" {
		t.Errorf("told to close %+v, want what it shows: %+v", closed.payload, shown)
	}
	p.wantState(shown[0].ID, withdrawn)
	p.pass(time.Hour)
	laptop.wants(3)
	other.wants(0)
}

func TestAClosingReplacesWhatTheDeviceHasNotGotYet(t *testing.T) {
	p := newPushBench(t)
	laptop := p.laptop()
	p.send(mention("message:1"))
	p.pass(pushAfter)
	p.Delete(t.Context(), maya, p.newest())
	p.pass(0)
	p.pass(gatherFor)
	got := laptop.wants(2)
	if a, b := got[0].Header.Get("Topic"), got[1].Header.Get("Topic"); a != b {
		t.Errorf("under the topic %q, want %q", b, a)
	}
}

func TestSilenceIsKeptWithinWhatBrowsersBear(t *testing.T) {
	p := newPushBench(t)
	laptop := p.laptop()
	read := func(i int) {
		p.send(mention(fmt.Sprint("message:", i)))
		p.pass(pushAfter)
		p.Read(t.Context(), maya, p.newest())
		p.pass(0)
		p.pass(gatherFor)
	}
	for i := range silentADay + 2 {
		read(i)
	}
	laptop.wants(silentADay + 2 + silentADay)
	p.wantState(p.newest(), left)
	p.pass(24 * time.Hour)
	read(100)
	p.wantState(p.newest(), withdrawn)
	for endpoint, minds := range map[string]bool{
		"https://web.push.apple.com/QG": true, "https://fcm.googleapis.com/fcm/send/x": false,
		"https://updates.push.services.mozilla.com/wpush/v2/g": false, "https://push.apple.com.example/": false,
	} {
		if mindsSilence(endpoint) != minds {
			t.Errorf("%s minds: %v", endpoint, !minds)
		}
	}
}

func TestTheLongestNotificationFitsIntoAPush(t *testing.T) {
	p := newPushBench(t)
	laptop := p.laptop()
	n := mention("message:1")
	n.ActorID, n.Title, n.Message, n.URL = 0, strings.Repeat("\x01", 500), strings.Repeat("<", 5000), "/"+strings.Repeat("&", maxPushURL-1)
	p.send(n)
	n.Key, n.URL = "message:2", n.URL+"&"
	p.send(n)
	p.pass(pushAfter)
	urls := map[string]bool{}
	for _, m := range laptop.wants(2) {
		urls[m.URL] = true
	}
	if len(urls) != 2 || !urls["/notifications"] {
		t.Errorf("they lead to %v", urls)
	}
}

func TestPushingRunsUntilItIsStopped(t *testing.T) {
	p := newPushBench(t)
	laptop := p.laptop()
	p.send(mention("message:1"))
	p.clock.pass(pushAfter)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { p.push.Run(ctx) })
	testkit.Eventually(t, "it is pushed", testkit.Patience, func() bool {
		return len(laptop.Received()) == 1
	})
	stop()
	running.Wait()
	p.wantState(p.newest(), pushed)
}
