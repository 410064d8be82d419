package notify

import (
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"

	"hubbub/internal/base/loop"
)

// panickyTransport panics the number of times that is set.
type panickyTransport struct {
	http.RoundTripper
	panics atomic.Int64
}

func (f *panickyTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if f.panics.Add(-1) >= 0 {
		panic("transport")
	}
	return f.RoundTripper.RoundTrip(r)
}

func TestPushIsRetriedAfterAPanic(t *testing.T) {
	p := newPushTest(t)
	client := *p.push.services.client
	transport := &panickyTransport{RoundTripper: client.Transport}
	client.Transport = transport
	p.push.services.client = &client
	var counted atomic.Int64
	p.push.guard = loop.Guard{Log: slog.New(slog.DiscardHandler), OnPanic: func(string) { counted.Add(1) }}
	laptop := p.laptop()
	p.send(mention("message:1"))
	transport.panics.Store(1)

	p.advance(pushAfter)
	laptop.wantPushes(0)
	p.wantState(p.newest(), deliveryWaiting)
	if len(p.push.attempts.slots) > 0 || counted.Load() != 1 {
		t.Errorf("%d slots are taken, %d panics were counted", len(p.push.attempts.slots), counted.Load())
	}
	p.advance(firstRetryPause)
	laptop.wantPushes(1)
	p.wantState(p.newest(), deliveryPushed)
}

func TestPushFailsAfterRepeatedPanics(t *testing.T) {
	p := newPushTest(t)
	client := *p.push.services.client
	transport := &panickyTransport{RoundTripper: client.Transport}
	transport.panics.Store(1000)
	client.Transport = transport
	p.push.services.client = &client
	p.push.guard = loop.Guard{Log: slog.New(slog.DiscardHandler)}
	p.laptop()
	p.send(mention("message:1"))
	p.advance(pushAfter)
	for range maxAttempts {
		p.advance(maxRetryPause)
	}
	p.wantState(p.newest(), deliveryFailed)
}
