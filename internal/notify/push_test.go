package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/internal/fault"
	"hubbub/internal/testkit"
)

// pushBench is a bench with pushing, and a push service.
type pushBench struct {
	*bench
	push     *Pusher
	service  *testkit.PushService
	sessions *sessions
}

// sessions are those that stand.
type sessions struct{ ended sync.Map }

func (s *sessions) Standing(_ context.Context, keys []string) (map[string]bool, error) {
	standing := map[string]bool{}
	for _, key := range keys {
		if _, ended := s.ended.Load(key); !ended {
			standing[key] = true
		}
	}
	return standing, nil
}

func newPushBench(t testing.TB) *pushBench {
	t.Helper()
	return withPushing(newBench(t), testkit.NewPushService(t))
}

func withPushing(b *bench, service *testkit.PushService) *pushBench {
	p := &pushBench{bench: b, service: service, sessions: &sessions{}}
	p.push = NewPusher(b.db, b.at, p.sessions, PushConfig{Contact: "https://hubbub.example", Client: service.Client(), Now: b.clock.now, Log: slog.New(slog.NewTextHandler(complaints{b.t}, nil))})
	return p
}

// complaints fail the test: here nothing lags behind.
type complaints struct{ t testing.TB }

func (c complaints) Write(line []byte) (int, error) {
	c.t.Errorf("complained: %s", line)
	return len(line), nil
}

// pass lets time go by, and everything happen that is due then.
func (p *pushBench) pass(by time.Duration) {
	p.clock.pass(by)
	p.push.work(p.t.Context())
	p.push.sending.Wait()
}

// laptop is a device of Maya's.
func (p *pushBench) laptop() *device { return p.subscribed("laptop", maya) }

func (p *pushBench) subscribed(name string, userID int64) *device {
	p.t.Helper()
	d := p.device(name)
	if err := p.push.Subscribe(p.t.Context(), userID, browserNamed(name), d.subscription()); err != nil {
		p.t.Fatal(err)
	}
	return d
}

// device is one of the push service's, with what notify sends understood.
type device struct {
	*testkit.PushDevice
	t testing.TB
}

func (p *pushBench) device(name string) *device { return &device{p.service.Device(name), p.t} }

func (d *device) subscription() Subscription {
	s := d.Subscription()
	return Subscription{Endpoint: s.Endpoint, P256dh: s.Keys.P256dh, Auth: s.Keys.Auth}
}

// delivered is what came to a device.
type delivered struct {
	payload
	testkit.Push
}

func browserNamed(name string) Browser {
	return Browser{Session: "session of " + name, Device: name}
}

func (d *device) wants(n int) (all []delivered) {
	d.t.Helper()
	got := d.Received()
	if len(got) != n {
		d.t.Fatalf("%d pushes came, want %d", len(got), n)
	}
	for _, push := range got {
		m := delivered{Push: push}
		if err := json.Unmarshal([]byte(push.Text), &m.payload); err != nil {
			d.t.Fatalf("%v: %s", err, push.Text)
		}
		all = append(all, m)
	}
	return all
}

func (p *pushBench) why(id int64) Why {
	p.t.Helper()
	w, err := p.Why(p.t.Context(), maya, id)
	if err != nil {
		p.t.Fatal(err)
	}
	return w
}

// newest is the id of Maya's newest notification.
func (p *pushBench) newest() int64 { return p.list(Filter{})[0].ID }

func (p *pushBench) wantState(id int64, want string) {
	p.t.Helper()
	if w := p.why(id); len(w.Devices) != 1 || w.Devices[0].State != want {
		p.t.Errorf("why says of the devices %+v, want one that is %s", w.Devices, want)
	}
}

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

func wantFault(t testing.TB, err error, status int) {
	t.Helper()
	if err == nil || fault.Of(err).Status != status {
		t.Errorf("%v, want %d", err, status)
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
	if taken, err := takeDeliveries(t.Context(), one.db, one.clock.now(), 10); err != nil || len(taken) != 1 {
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

func TestABrowserShowsOnePersonsNotifications(t *testing.T) {
	p := newPushBench(t)
	shared := p.subscribed("shared", sam)
	p.send(Notification{UserID: sam, Type: Direct, Key: "message:1", Title: "For Sam", URL: "/", Rule: "It is."})
	if err := p.push.Subscribe(t.Context(), maya, browserNamed("shared"), shared.subscription()); err != nil {
		t.Fatal(err)
	}
	p.send(mention("message:2"))
	p.pass(pushAfter)
	if got := shared.wants(1)[0]; got.Title != "Sam mentioned you" {
		t.Errorf("it shows %+v", got.payload)
	}
	if devices, _ := p.push.Devices(t.Context(), sam); len(devices) != 0 {
		t.Errorf("Sam still has %+v", devices)
	}
	id := p.deviceIDs(maya)[0]
	wantFault(t, p.push.Remove(t.Context(), sam, id), http.StatusNotFound)
	wantFault(t, p.push.Unsubscribe(t.Context(), sam, shared.subscription().Endpoint), http.StatusNotFound)
	_, err := p.push.Test(t.Context(), sam, id)
	wantFault(t, err, http.StatusNotFound)
}

func (p *pushBench) deviceIDs(userID int64) (ids []int64) {
	p.t.Helper()
	devices, err := p.push.Devices(p.t.Context(), userID)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, d := range devices {
		ids = append(ids, d.ID)
	}
	return ids
}

func TestWhatIsOnItsWayDoesNotFollowTheDeviceToSomebodyElse(t *testing.T) {
	p := newPushBench(t)
	shared := p.subscribed("shared", maya)
	shared.Answers(http.StatusServiceUnavailable)
	p.send(mention("message:1"))
	p.pass(pushAfter)
	shared.Answers(http.StatusCreated)
	if err := p.push.Subscribe(t.Context(), sam, browserNamed("shared"), shared.subscription()); err != nil {
		t.Fatal(err)
	}
	p.pass(longestPause)
	shared.wants(0)
	p.wantState(p.newest(), unsubscribed)
}

func TestWhoSignsOutWhileItIsOnItsWayIsNotTold(t *testing.T) {
	p := newPushBench(t)
	laptop := p.laptop()
	laptop.Answers(http.StatusServiceUnavailable)
	p.send(mention("message:1"))
	p.pass(pushAfter)
	laptop.Answers(http.StatusCreated)
	p.sessions.ended.Store("session of laptop", true)
	p.pass(longestPause)
	laptop.wants(0)
	if ids := p.deviceIDs(maya); len(ids) != 0 {
		t.Errorf("left are %v", ids)
	}
}

func TestADeviceThatItsPersonRemovedStaysAway(t *testing.T) {
	p := newPushBench(t)
	laptop := p.laptop()
	if err := p.push.Remove(t.Context(), maya, p.deviceIDs(maya)[0]); err != nil {
		t.Fatal(err)
	}
	b := browserNamed("laptop")
	b.Renew = true
	wantFault(t, p.push.Subscribe(t.Context(), maya, b, laptop.subscription()), http.StatusNotFound)
	moved := p.device("laptop's new address").subscription()
	b.Replaces = laptop.subscription().Endpoint
	wantFault(t, p.push.Subscribe(t.Context(), maya, b, moved), http.StatusNotFound)
	if err := p.push.Subscribe(t.Context(), maya, browserNamed("laptop"), laptop.subscription()); err != nil {
		t.Errorf("its person wants it back: %v", err)
	}
	b.Replaces = ""
	if err := p.push.Subscribe(t.Context(), maya, b, laptop.subscription()); err != nil {
		t.Errorf("it renews: %v", err)
	}
	b.Key = "of another instance"
	wantFault(t, p.push.Subscribe(t.Context(), maya, b, laptop.subscription()), http.StatusGone)
}

func TestAPersonHasABoundedNumberOfDevices(t *testing.T) {
	p := newPushBench(t)
	for i := range maxDevices + 2 {
		p.subscribed(fmt.Sprint("device ", i), maya)
		p.clock.pass(time.Second)
	}
	devices, err := p.push.Devices(t.Context(), maya)
	if err != nil || len(devices) != maxDevices || devices[0].Name != "device 11" || devices[maxDevices-1].Name != "device 2" {
		t.Errorf("there are %+v, %v", devices, err)
	}
}

func TestATestSaysWhatCameOfIt(t *testing.T) {
	p := newPushBench(t)
	laptop := p.laptop()
	failure, err := p.push.Test(t.Context(), maya, p.deviceIDs(maya)[0])
	if err != nil || failure != "" || laptop.wants(1)[0].Tag != "test" {
		t.Errorf("%q, %v", failure, err)
	}
	laptop.Answers(http.StatusBadGateway)
	if failure, err = p.push.Test(t.Context(), maya, p.deviceIDs(maya)[0]); err != nil || !strings.Contains(failure, "502") {
		t.Errorf("%q, %v", failure, err)
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

func TestSubscriptionsAreChecked(t *testing.T) {
	good := (&device{testkit.NewPushService(t).Device("x"), t}).subscription()
	good.Endpoint = "https://push.example.com/x"
	for name, change := range map[string]func(*Subscription){
		"endpoint":    func(s *Subscription) { s.Endpoint = "http://push.example.com/x" },
		"endpoint ":   func(s *Subscription) { s.Endpoint = "https://user@push.example.com/x" },
		"endpoint  ":  func(s *Subscription) { s.Endpoint = "https://push.example.com/" + strings.Repeat("x", maxEndpoint) },
		"endpoint1":   func(s *Subscription) { s.Endpoint = "https://127.0.0.1/x" },
		"endpoint2":   func(s *Subscription) { s.Endpoint = "https://[::1]/x" },
		"endpoint3":   func(s *Subscription) { s.Endpoint = "https://localhost/x" },
		"endpoint4":   func(s *Subscription) { s.Endpoint = "https://push.example.com:22/x" },
		"endpoint5":   func(s *Subscription) { s.Endpoint = "https:///x" },
		"keys.p256dh": func(s *Subscription) { s.P256dh = s.P256dh[:80] },
		"keys.p256dh ": func(s *Subscription) {
			s.P256dh = "B" + strings.Repeat("A", 86) // no point of the curve
		},
		"keys.auth":  func(s *Subscription) { s.Auth = s.Auth[:10] },
		"keys.auth ": func(s *Subscription) { s.Auth = "!" },
	} {
		s := good
		change(&s)
		_, err := s.clean(false)
		if err == nil || fault.Of(err).Errors[strings.TrimRight(name, " 012345")] == "" {
			t.Errorf("%s: %+v was taken, or refused for another reason: %v", name, s, err)
		}
	}
	good.P256dh += "="
	if clean, err := good.clean(false); err != nil || strings.Contains(clean.P256dh, "=") {
		t.Errorf("%+v, %v", clean, err)
	}
}

func TestOnlyTheInternetIsCalled(t *testing.T) {
	for address, want := range map[string]bool{
		"142.250.1.95": true, "2a00:1450:4001::5f": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false,
		"100.64.1.1": false, "0.0.0.0": false, "0.1.2.3": false, "224.0.0.1": false, "255.255.255.255": false, "192.0.0.8": false,
		"198.18.0.1": false, "240.0.0.1": false, "::1": false, "::": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false,
		"ff02::1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::127.0.0.1": false, "64:ff9b::7f00:1": false,
		"2002:7f00:1::1": false, "2001:db8::1": false, "2001::1": false,
	} {
		if got := public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s is public: %v", address, got)
		}
	}
}

func TestTheUsualClientCallsNoMachineOfThisNetwork(t *testing.T) {
	service := testkit.NewPushService(t)
	laptop := &device{service.Device("laptop"), t}
	keys, err := newVAPIDKeys()
	if err != nil {
		t.Fatal(err)
	}
	client := publicClient()
	defer client.CloseIdleConnections()
	to := laptop.subscription()
	for _, endpoint := range []string{to.Endpoint, strings.Replace(to.Endpoint, "127.0.0.1", "localhost", 1)} {
		to.Endpoint = endpoint
		r := postbox{client: client}.post(t.Context(), keys, to, test(time.Now()))
		if r.taken() || r.passing() || !strings.Contains(r.detail, "no public address") {
			t.Errorf("%s: %+v", endpoint, r)
		}
	}
	if err := client.CheckRedirect(nil, nil); err != http.ErrUseLastResponse {
		t.Errorf("redirects are followed: %v", err)
	}
	if tries := laptop.Tries(); tries != 0 {
		t.Error("it was called")
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
