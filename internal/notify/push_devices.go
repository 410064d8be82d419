package notify

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"hubbub/internal/base/fault"
	"hubbub/internal/base/loop"
	"hubbub/internal/base/outbox"
	"hubbub/internal/base/postgres"
)

// Sessions is what a Pusher needs to know of sign-ins.
type Sessions interface {
	// ValidKeys returns which of the sessions and tokens are valid.
	ValidKeys(ctx context.Context, sessions []string) (map[string]bool, error)
}

// PushConfig configures a Pusher. A zero field has its default, except for Contact.
type PushConfig struct {
	Contact string           // the operator of this instance, for push services: an https URL, or an email address
	Client  *http.Client     // nil: one for public addresses only. If it is set, endpoints may have any address
	Log     *slog.Logger     // nil: slog.Default
	Guard   loop.Guard       // catches the panics of Run and of deliveries; without a logger it uses Log
	Now     func() time.Time // nil: time.Now
	Beat    time.Duration    // between two rounds of Run; 0: a second
}

// Pusher pushes notifications to devices on which Hubbub is not in sight. Its methods
// are safe for concurrent use.
type Pusher struct {
	db       *postgres.DB
	presence Presence
	sessions Sessions
	services pushClient

	allowPrivate bool // endpoints may be in this network
	log          *slog.Logger
	guard        loop.Guard
	now          func() time.Time
	beat         time.Duration

	keys atomic.Pointer[vapidKeys] // nil: not read yet

	decisions *outbox.Outbox[pushEntry]
	sending   sync.WaitGroup
	attempts  *attempts
}

// NewPusher returns a Pusher; Run does its work.
func NewPusher(db *postgres.DB, presence Presence, sessions Sessions, c PushConfig) *Pusher {
	p := &Pusher{
		db: db, presence: presence, sessions: sessions,
		services: pushClient{client: c.Client, contact: c.Contact}, allowPrivate: c.Client != nil,
		log: c.Log, now: c.Now, beat: c.Beat, attempts: newAttempts(),
	}
	if p.log == nil {
		p.log = slog.Default()
	}
	p.guard = c.Guard.WithLog(p.log)
	if p.services.client == nil {
		p.services.client = publicClient()
	}
	if p.now == nil {
		p.now = time.Now
	}
	if p.beat == 0 {
		p.beat = beat
	}
	p.decisions = newDecisions(p)
	return p
}

// Key returns the public key that browsers subscribe with, in base64url. The pair is
// generated once for a database, also if several nodes start concurrently.
func (p *Pusher) Key(ctx context.Context) (string, error) {
	k, err := p.vapid(ctx)
	return k.public, err
}

func (p *Pusher) vapid(ctx context.Context) (vapidKeys, error) {
	if k := p.keys.Load(); k != nil {
		return *k, nil
	}
	k, ok, err := readKeys(ctx, p.db)
	if err == nil && !ok {
		if k, err = newVAPIDKeys(); err == nil {
			k, err = saveKeys(ctx, p.db, k) // concurrent calls return the same pair
		}
	}
	if err != nil {
		return vapidKeys{}, err
	}
	p.keys.Store(&k)
	return k, nil
}

// Browser describes the browser of a subscription.
type Browser struct {
	Session  string // "session:12": when it ends, so does the subscription
	Device   string // "Firefox on Linux"
	Renew    bool   // the page confirms a subscription that the browser has; the user did not ask for it
	Key      string // that the subscription was made with; empty: the current one
	Replaces string // the endpoint that the browser had before; may be empty
}

// Subscribe stores a browser's subscription for the user. If another user had it, it
// is theirs no longer: a browser shows one user's notifications. A renewal of a
// subscription that has ended is an error: 404 if the user removed it, 410 if the
// push service did. The error is 410, too, if it was made with another key. After 410
// the browser should subscribe again.
func (p *Pusher) Subscribe(ctx context.Context, userID int64, b Browser, sub Subscription) error {
	sub, err := sub.normalize(p.allowPrivate)
	if err != nil {
		return err
	}
	switch key, err := p.Key(ctx); {
	case err != nil:
		return err
	case b.Key != "" && b.Key != key:
		return errSubscribeAgain
	}
	return postgres.InTx(ctx, p.db, func(tx postgres.Tx) error {
		if err := checkNotEnded(ctx, tx, b, sub.Endpoint); err != nil {
			return err
		}
		if b.Replaces != "" && b.Replaces != sub.Endpoint {
			if _, err := dropSubscription(ctx, tx, userID, b.Replaces); err != nil {
				return err
			}
		}
		if err := saveSubscription(ctx, tx, userID, b.Session, b.Device, sub, p.now()); err != nil {
			return err
		}
		return dropOldestDevices(ctx, tx, userID)
	})
}

var errSubscribeAgain = fault.New(http.StatusGone, "This subscription has ended. Subscribe again.")

// checkNotEnded returns an error for a renewal of a subscription that has ended. It
// looks at both endpoints, because a device that the user removed must not come back
// with a new one.
func checkNotEnded(ctx context.Context, tx postgres.Tx, b Browser, endpoint string) error {
	if !b.Renew {
		return nil
	}
	for _, address := range []string{endpoint, b.Replaces} {
		switch ending, err := endingOf(ctx, tx, address); {
		case err != nil:
			return err
		case ending == endedByUser:
			return fault.NotFound()
		case ending == endedByService && address == endpoint:
			return errSubscribeAgain
		}
	}
	return nil
}

// Unsubscribe deletes one of the user's own subscriptions, which the browser has
// ended. The error is 404 if there is none.
func (p *Pusher) Unsubscribe(ctx context.Context, userID int64, endpoint string) error {
	found, err := dropSubscription(ctx, p.db, userID, endpoint)
	return notFoundUnless(found, err)
}

// Remove ends one of the user's own subscriptions, of any browser; that browser
// learns of it when it opens Hubbub. The error is 404 if there is none.
func (p *Pusher) Remove(ctx context.Context, userID, id int64) error {
	found, err := endSubscription(ctx, p.db, userID, id, endedByUser, p.now())
	return notFoundUnless(found, err)
}

// notFoundUnless returns err, or 404 if it is nil and found is false.
func notFoundUnless(found bool, err error) error {
	if err == nil && !found {
		return fault.NotFound()
	}
	return err
}

// Devices returns the user's subscriptions, the last renewed first.
func (p *Pusher) Devices(ctx context.Context, userID int64) ([]Device, error) {
	subscribers, err := p.subscribers(ctx, userID)
	devices := make([]Device, len(subscribers))
	for i, s := range subscribers {
		devices[i] = s.Device
	}
	return devices, err
}

// Test sends a push to one of the user's own devices now. It returns "" if the push
// service accepted it, or why it did not. The error is 404 if there is no such
// device.
func (p *Pusher) Test(ctx context.Context, userID, id int64) (failure string, err error) {
	subscribers, err := p.subscribers(ctx, userID)
	if err != nil {
		return "", err
	}
	for _, s := range subscribers {
		if s.ID == id {
			r, err := p.post(ctx, userID, s.ID, s.Subscription, newTestMessage(p.now()))
			return r.detail, err
		}
	}
	return "", fault.NotFound()
}

// subscribers returns the user's subscriptions whose sessions are valid. It deletes
// the others: a browser in which the user has signed out gets no pushes.
func (p *Pusher) subscribers(ctx context.Context, userID int64) ([]subscriber, error) {
	all, err := subscribersOf(ctx, p.db, userID)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	var sessions []string
	for _, s := range all {
		sessions = append(sessions, s.session)
	}
	valid, err := p.sessions.ValidKeys(ctx, sessions)
	if err != nil {
		return nil, err
	}
	var current []subscriber
	var ended []int64
	for _, s := range all {
		if valid[s.session] {
			current = append(current, s)
		} else {
			ended = append(ended, s.ID)
		}
	}
	if len(ended) > 0 {
		err = dropSubscriptions(ctx, p.db, ended)
	}
	return current, err
}

// post sends a message to a device's push service, and stores what follows from the
// answer: the device's health, or the end of the subscription.
func (p *Pusher) post(
	ctx context.Context, userID, subscriptionID int64, to Subscription, message pushMessage,
) (receipt, error) {
	keys, err := p.vapid(ctx)
	if err != nil {
		return receipt{}, err
	}
	r := p.services.post(ctx, keys, to, message)
	ctx = context.WithoutCancel(ctx) // the message is sent, so the result must be stored
	if r.gone() {
		r.detail = "the device is no longer subscribed"
		_, err := endSubscription(ctx, p.db, userID, subscriptionID, endedByService, p.now())
		return r, err
	}
	return r, saveHealth(ctx, p.db, subscriptionID, r, p.now())
}
