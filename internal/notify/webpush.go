package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"
	"time"

	"github.com/SherClockHolmes/webpush-go"
)

// pushPort is that of every push service; to call others would be to look for
// open doors.
const pushPort = "443"

// vapidKeys are this instance's, as push services know it. Base64url.
type vapidKeys struct{ public, private string }

func newVAPIDKeys() (vapidKeys, error) {
	private, public, err := webpush.GenerateVAPIDKeys()
	return vapidKeys{public: public, private: private}, err
}

// postbox hands parcels to push services: encrypted for the browser (RFC 8291),
// signed as this instance (RFC 8292).
type postbox struct {
	client  *http.Client
	contact string // whom a push service may ask about this instance: an https URL, or an email address
}

// receipt is what came of handing something in.
type receipt struct {
	status int           // 0: there was no answer
	after  time.Duration // until which the service wants no more; 0: it said nothing
	detail string        // in words; empty: it was taken
}

func (r receipt) taken() bool { return r.status >= 200 && r.status < 300 }

func (r receipt) gone() bool { return r.status == http.StatusNotFound || r.status == http.StatusGone }

// passing says whether the same may be taken later.
func (r receipt) passing() bool {
	return r.status == 0 || r.status == http.StatusTooManyRequests || r.status == http.StatusRequestTimeout || r.status >= 500
}

func (b postbox) post(ctx context.Context, keys vapidKeys, to Subscription, p parcel) receipt {
	ctx, cancel := context.WithTimeout(ctx, patienceOfPush)
	defer cancel()
	message, err := json.Marshal(p.payload)
	if err != nil {
		return receipt{status: http.StatusBadRequest, detail: err.Error()}
	}
	urgency := webpush.UrgencyNormal
	if p.urgent {
		urgency = webpush.UrgencyHigh
	}
	answer, err := webpush.SendNotificationWithContext(ctx, message,
		&webpush.Subscription{Endpoint: to.Endpoint, Keys: webpush.Keys{Auth: to.Auth, P256dh: to.P256dh}},
		&webpush.Options{
			HTTPClient: b.client, Subscriber: b.contact, VAPIDPublicKey: keys.public, VAPIDPrivateKey: keys.private,
			Topic: p.topic, TTL: int(p.ttl.Seconds()), Urgency: urgency,
		})
	if err != nil {
		return unanswered(err)
	}
	defer answer.Body.Close()
	return answered(answer)
}

// unanswered says in words why there was no answer; addresses and the like are
// nobody's business.
func unanswered(err error) receipt {
	if errors.Is(err, errNotPublic) {
		return receipt{status: http.StatusForbidden, detail: "it leads to no public address"}
	}
	return receipt{detail: "the push service could not be reached"}
}

func answered(a *http.Response) receipt {
	const enough = 64 << 10 // bytes, so that the connection can be used again
	_, _ = io.CopyN(io.Discard, a.Body, enough)
	r := receipt{status: a.StatusCode, after: retryAfter(a.Header.Get("Retry-After"), time.Now())}
	if !r.taken() {
		r.detail = fmt.Sprintf("the push service answered %d %s", r.status, http.StatusText(r.status))
	}
	return r
}

// retryAfter reads both forms of the header: seconds, and a date.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil {
		return min(max(time.Duration(seconds), 0), longestPause/time.Second) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

var errNotPublic = errors.New("not a public address")

// publicClient calls machines of the internet only, and follows nobody from
// there. It looks at the address that is dialled, not at the name: between a
// look and a call a name may come to mean another.
func publicClient() *http.Client {
	dialer := &net.Dialer{Timeout: patienceOfPush, Control: refusePrivate}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
			MaxIdleConns: 100, IdleConnTimeout: time.Minute, TLSHandshakeTimeout: patienceOfPush,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func refusePrivate(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || strconv.Itoa(int(at.Port())) != pushPort || !public(at.Addr()) {
		return errNotPublic
	}
	return nil
}
