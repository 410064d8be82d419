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

// pushPort is the port of every push service. Requests to other ports would let a
// client use this server as a port scanner.
const pushPort = "443"

// vapidKeys is the key pair by which push services know this instance (RFC 8292), in
// base64url.
type vapidKeys struct{ public, private string }

func newVAPIDKeys() (vapidKeys, error) {
	private, public, err := webpush.GenerateVAPIDKeys()
	return vapidKeys{public: public, private: private}, err
}

// pushClient posts messages to push services: encrypted for the browser (RFC 8291),
// signed as this instance (RFC 8292).
type pushClient struct {
	client  *http.Client
	contact string // the operator of this instance: an https URL, or an email address
}

// receipt is the result of posting a message.
type receipt struct {
	status     int           // of HTTP; 0: there was no answer
	retryAfter time.Duration // the pause that the service asked for; 0: none
	detail     string        // what went wrong, for the user; empty: it was accepted
}

func (r receipt) accepted() bool { return r.status >= 200 && r.status < 300 }

func (r receipt) gone() bool { return r.status == http.StatusNotFound || r.status == http.StatusGone }

// temporary reports whether a retry may succeed.
func (r receipt) temporary() bool {
	return r.status == 0 || r.status == http.StatusTooManyRequests || r.status == http.StatusRequestTimeout || r.status >= 500
}

func (b pushClient) post(ctx context.Context, keys vapidKeys, to Subscription, p pushMessage) receipt {
	ctx, cancel := context.WithTimeout(ctx, pushTimeout)
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
		return failedReceipt(err)
	}
	defer answer.Body.Close()
	return newReceipt(answer)
}

// failedReceipt returns the receipt of a post without an answer. Its detail does not
// quote err, which has addresses in it.
func failedReceipt(err error) receipt {
	if errors.Is(err, errNotPublic) {
		return receipt{status: http.StatusForbidden, detail: "its address is not public"}
	}
	return receipt{detail: "Hubbub couldn’t reach the push service"}
}

func newReceipt(a *http.Response) receipt {
	const most = 64 << 10 // bytes to read, so that the connection can be reused
	_, _ = io.CopyN(io.Discard, a.Body, most)
	r := receipt{status: a.StatusCode, retryAfter: retryAfter(a.Header.Get("Retry-After"), time.Now())}
	if !r.accepted() {
		r.detail = fmt.Sprintf("the push service answered %d %s", r.status, http.StatusText(r.status))
	}
	return r
}

// retryAfter reads both forms of the header: seconds, and a date.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil {
		return min(max(time.Duration(seconds), 0), maxRetryPause/time.Second) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

var errNotPublic = errors.New("not a public address")

// publicClient returns a client that connects to public addresses only and follows no
// redirects. It checks the address that is dialled, not the host name, which may
// resolve to another address the next time.
func publicClient() *http.Client {
	dialer := &net.Dialer{Timeout: pushTimeout, Control: refusePrivate}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
			MaxIdleConns: 100, IdleConnTimeout: time.Minute, TLSHandshakeTimeout: pushTimeout,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func refusePrivate(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || strconv.Itoa(int(at.Port())) != pushPort || !isPublic(at.Addr()) {
		return errNotPublic
	}
	return nil
}
