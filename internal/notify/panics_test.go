package notify

import (
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"

	"hubbub/internal/loop"
)

// faulty is a transport that panics as often as it is asked to.
type faulty struct {
	http.RoundTripper
	panics atomic.Int64
}

func (f *faulty) RoundTrip(r *http.Request) (*http.Response, error) {
	if f.panics.Add(-1) >= 0 {
		panic("transport")
	}
	return f.RoundTripper.RoundTrip(r)
}

func TestPushWhoseTransportPanicsIsSentAgain(t *testing.T) {
	p := newPushBench(t)
	client := *p.push.box.client
	transport := &faulty{RoundTripper: client.Transport}
	client.Transport = transport
	p.push.box.client = &client
	var counted atomic.Int64
	p.push.guard = loop.Guard{Log: slog.New(slog.DiscardHandler), OnPanic: func(string) { counted.Add(1) }}
	laptop := p.laptop()
	p.send(mention("message:1"))
	transport.panics.Store(1)

	p.pass(pushAfter)
	laptop.wants(0)
	p.wantState(p.newest(), waiting)
	if len(p.push.places.slots) > 0 || counted.Load() != 1 {
		t.Errorf("%d slots are taken, %d panics were counted", len(p.push.places.slots), counted.Load())
	}
	p.pass(firstPause)
	laptop.wants(1)
	p.wantState(p.newest(), pushed)
}

func TestPushWhoseTransportAlwaysPanicsIsGivenUp(t *testing.T) {
	p := newPushBench(t)
	client := *p.push.box.client
	transport := &faulty{RoundTripper: client.Transport}
	transport.panics.Store(1000)
	client.Transport = transport
	p.push.box.client = &client
	p.push.guard = loop.Guard{Log: slog.New(slog.DiscardHandler)}
	p.laptop()
	p.send(mention("message:1"))
	p.pass(pushAfter)
	for range mostAttempts {
		p.pass(longestPause)
	}
	p.wantState(p.newest(), failed)
}
