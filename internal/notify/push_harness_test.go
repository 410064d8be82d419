package notify

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"time"

	"hubbub/internal/base/fault"
	"hubbub/internal/testkit"
)

// pushTest is a testService with a Pusher and a push service.
type pushTest struct {
	*testService
	push     *Pusher
	service  *testkit.PushService
	sessions *sessions
}

// sessions is a Sessions in which all are valid except for those in ended.
type sessions struct{ ended sync.Map }

func (s *sessions) ValidKeys(_ context.Context, keys []string) (map[string]bool, error) {
	valid := map[string]bool{}
	for _, key := range keys {
		if _, ended := s.ended.Load(key); !ended {
			valid[key] = true
		}
	}
	return valid, nil
}

func newPushTest(t testing.TB) *pushTest {
	t.Helper()
	return newPusherNode(newTestService(t), testkit.NewPushService(t))
}

func newPusherNode(b *testService, service *testkit.PushService) *pushTest {
	p := &pushTest{testService: b, service: service, sessions: &sessions{}}
	p.push = NewPusher(b.db, b.attending, p.sessions, PushConfig{Contact: "https://hubbub.example", Client: service.Client(), Now: b.clock.now, Log: slog.New(slog.NewTextHandler(failOnLog{b.t}, nil))})
	return p
}

// failOnLog fails the test on every log line: none is expected.
type failOnLog struct{ t testing.TB }

func (c failOnLog) Write(line []byte) (int, error) {
	c.t.Errorf("logged: %s", line)
	return len(line), nil
}

// advance moves the clock, and does everything that is due then.
func (p *pushTest) advance(by time.Duration) {
	p.t.Helper()
	p.clock.advance(by)
	if err := p.push.work(p.t.Context()); err != nil {
		p.t.Error("work:", err)
	}
	for more := true; more; {
		p.push.sending.Wait()
		select {
		case <-p.push.attempts.freed:
			if err := p.push.deliver(p.t.Context()); err != nil {
				p.t.Error(err)
			}
		default:
			more = false
		}
	}
}

// laptop subscribes a device of Maya's.
func (p *pushTest) laptop() *device { return p.subscribed("laptop", maya) }

func (p *pushTest) subscribed(name string, userID int64) *device {
	p.t.Helper()
	d := p.device(name)
	if err := p.push.Subscribe(p.t.Context(), userID, browserNamed(name), d.subscription()); err != nil {
		p.t.Fatal(err)
	}
	return d
}

// device is a device of the push service that decodes the payloads of notify.
type device struct {
	*testkit.PushDevice
	t testing.TB
}

func (p *pushTest) device(name string) *device { return &device{p.service.Device(name), p.t} }

func (d *device) subscription() Subscription {
	s := d.Subscription()
	return Subscription{Endpoint: s.Endpoint, P256dh: s.Keys.P256dh, Auth: s.Keys.Auth}
}

// receivedPush is a push that a device received.
type receivedPush struct {
	payload
	testkit.Push
}

func browserNamed(name string) Browser {
	return Browser{Session: "session of " + name, Device: name}
}

func (d *device) wantPushes(n int) (all []receivedPush) {
	d.t.Helper()
	got := d.Received()
	if len(got) != n {
		d.t.Fatalf("%d pushes were received, want %d", len(got), n)
	}
	for _, push := range got {
		m := receivedPush{Push: push}
		if err := json.Unmarshal([]byte(push.Text), &m.payload); err != nil {
			d.t.Fatalf("%v: %s", err, push.Text)
		}
		all = append(all, m)
	}
	return all
}

func (p *pushTest) why(id int64) Why {
	p.t.Helper()
	w, err := p.Why(p.t.Context(), maya, id)
	if err != nil {
		p.t.Fatal(err)
	}
	return w
}

// newest returns the id of Maya's newest notification.
func (p *pushTest) newest() int64 { return p.list(Filter{})[0].ID }

func (p *pushTest) wantState(id int64, want string) {
	p.t.Helper()
	if w := p.why(id); len(w.Devices) != 1 || w.Devices[0].State != want {
		p.t.Errorf("the deliveries are %+v, want one that is %s", w.Devices, want)
	}
}

func wantFault(t testing.TB, err error, status int) {
	t.Helper()
	if err == nil || fault.Of(err).Status != status {
		t.Errorf("%v, want %d", err, status)
	}
}

func (p *pushTest) deviceIDs(userID int64) (ids []int64) {
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
