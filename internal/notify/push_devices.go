package notify

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"hubbub/internal/fault"
	"hubbub/internal/loop"
	"hubbub/internal/postgres"
)

// Sessions is what pushing needs to know of who is signed in.
type Sessions interface {
	// Standing returns which of the sessions and tokens have not ended.
	Standing(ctx context.Context, sessions []string) (map[string]bool, error)
}

// PushConfig is how pushing runs. The zero value is the usual, but for Contact.
type PushConfig struct {
	Contact string           // whom push services may ask about this instance: an https URL, or an email address
	Client  *http.Client     // nil: one that calls public addresses only. Set, it is trusted with all others
	Log     *slog.Logger     // nil: the default
	Guard   loop.Guard       // catches the panics of Run and of deliveries; without a logger it uses Log
	Now     func() time.Time // nil: time.Now
	Beat    time.Duration    // between two looks at what is due; 0: a second
}

// Pusher brings notifications to devices that do not show Hubbub now. Its
// methods are safe to call at once.
type Pusher struct {
	db       *postgres.DB
	presence Presence
	sessions Sessions
	box      postbox
	anywhere bool // endpoints may be of this network
	log      *slog.Logger
	guard    loop.Guard
	now      func() time.Time
	beat     time.Duration

	keys atomic.Pointer[vapidKeys] // nil: not read yet

	sending sync.WaitGroup
	places  *places
}

// NewPusher wires pushing to its database, presence and sessions. Run does the work.
func NewPusher(db *postgres.DB, presence Presence, sessions Sessions, c PushConfig) *Pusher {
	p := &Pusher{
		db: db, presence: presence, sessions: sessions,
		box: postbox{client: c.Client, contact: c.Contact}, anywhere: c.Client != nil,
		log: c.Log, now: c.Now, beat: c.Beat, places: newPlaces(),
	}
	if p.log == nil {
		p.log = slog.Default()
	}
	p.guard = c.Guard.WithLog(p.log)
	if p.box.client == nil {
		p.box.client = publicClient()
	}
	if p.now == nil {
		p.now = time.Now
	}
	if p.beat == 0 {
		p.beat = beat
	}
	return p
}

// Key is what browsers subscribe to, base64url. The pair is made at the first
// start and never again: of nodes that start at once one makes it.
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
			k, err = keepKeys(ctx, p.db, k) // of several at once all get the one that is kept
		}
	}
	if err != nil {
		return vapidKeys{}, err
	}
	p.keys.Store(&k)
	return k, nil
}

// Browser is which browser somebody subscribes with.
type Browser struct {
	Session  string // "session:12": when it ends, so does the subscription
	Device   string // "Firefox on Linux"
	Renew    bool   // nobody asked: the browser says what it still has
	Key      string // that it is subscribed to; empty: the current one
	Replaces string // the endpoint that it had before; may be empty
}

// Subscribe keeps a browser's subscription for the person. It moves from whoever
// had it before: one browser shows one person's notifications. A browser that
// renews what has ended is refused: 404, its person removed it; 410, the push
// service did, or it is for another key, and the browser should subscribe anew.
func (p *Pusher) Subscribe(ctx context.Context, userID int64, b Browser, sub Subscription) error {
	sub, err := sub.clean(p.anywhere)
	if err != nil {
		return err
	}
	switch key, err := p.Key(ctx); {
	case err != nil:
		return err
	case b.Key != "" && b.Key != key:
		return errAnew
	}
	return postgres.InTx(ctx, p.db, func(tx postgres.Tx) error {
		if err := refuseEnded(ctx, tx, b, sub.Endpoint); err != nil {
			return err
		}
		if b.Replaces != "" && b.Replaces != sub.Endpoint {
			if _, err := dropSubscription(ctx, tx, userID, b.Replaces); err != nil {
				return err
			}
		}
		if err := keepSubscription(ctx, tx, userID, b.Session, b.Device, sub, p.now()); err != nil {
			return err
		}
		return makeRoom(ctx, tx, userID)
	})
}

var errAnew = fault.New(http.StatusGone, "This subscription is no more. Subscribe anew.")

// refuseEnded looks at both addresses: who removed a device does not want it
// back under another.
func refuseEnded(ctx context.Context, tx postgres.Tx, b Browser, endpoint string) error {
	if !b.Renew {
		return nil
	}
	for _, address := range []string{endpoint, b.Replaces} {
		switch ending, err := endingOf(ctx, tx, address); {
		case err != nil:
			return err
		case ending == endedByPerson:
			return fault.NotFound()
		case ending == endedByService && address == endpoint:
			return errAnew
		}
	}
	return nil
}

// Unsubscribe forgets one of the person's own subscriptions, which their browser
// has ended; 404 when there is none.
func (p *Pusher) Unsubscribe(ctx context.Context, userID int64, endpoint string) error {
	theirs, err := dropSubscription(ctx, p.db, userID, endpoint)
	return orMissing(theirs, err)
}

// Remove ends one of the person's own subscriptions, in whichever browser it is;
// that browser learns of it when it opens Hubbub. 404 when there is none.
func (p *Pusher) Remove(ctx context.Context, userID, id int64) error {
	theirs, err := endSubscription(ctx, p.db, userID, id, endedByPerson, p.now())
	return orMissing(theirs, err)
}

func orMissing(found bool, err error) error {
	if err == nil && !found {
		return fault.NotFound()
	}
	return err
}

// Devices lists a person's subscriptions, the last renewed first.
func (p *Pusher) Devices(ctx context.Context, userID int64) ([]Device, error) {
	subscribers, err := p.subscribers(ctx, userID)
	devices := make([]Device, len(subscribers))
	for i, s := range subscribers {
		devices[i] = s.Device
	}
	return devices, err
}

// Test sends something to one of the person's own devices now, and says whether
// the push service took it: empty, or why not. 404 when there is none.
func (p *Pusher) Test(ctx context.Context, userID, id int64) (failure string, err error) {
	subscribers, err := p.subscribers(ctx, userID)
	if err != nil {
		return "", err
	}
	for _, s := range subscribers {
		if s.ID == id {
			r, err := p.hand(ctx, userID, s.ID, s.Subscription, test(p.now()))
			return r.detail, err
		}
	}
	return "", fault.NotFound()
}

// subscribers are the person's whose sessions stand. The others are dropped:
// who has signed out of a browser is told nothing there.
func (p *Pusher) subscribers(ctx context.Context, userID int64) ([]subscriber, error) {
	all, err := subscribersOf(ctx, p.db, userID)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	var sessions []string
	for _, s := range all {
		sessions = append(sessions, s.session)
	}
	stands, err := p.sessions.Standing(ctx, sessions)
	if err != nil {
		return nil, err
	}
	var standing []subscriber
	var ended []int64
	for _, s := range all {
		if stands[s.session] {
			standing = append(standing, s)
		} else {
			ended = append(ended, s.ID)
		}
	}
	if len(ended) > 0 {
		err = dropSubscriptions(ctx, p.db, ended)
	}
	return standing, err
}

// hand gives a parcel to a device's push service, and keeps what it said: its
// health, or that the subscription is no more.
func (p *Pusher) hand(ctx context.Context, userID, subscriptionID int64, to Subscription, what parcel) (receipt, error) {
	keys, err := p.vapid(ctx)
	if err != nil {
		return receipt{}, err
	}
	r := p.box.post(ctx, keys, to, what)
	ctx = context.WithoutCancel(ctx) // it is sent, so it is written down
	if r.gone() {
		r.detail = "the device is not subscribed any more"
		_, err := endSubscription(ctx, p.db, userID, subscriptionID, endedByService, p.now())
		return r, err
	}
	return r, noteReceipt(ctx, p.db, subscriptionID, r, p.now())
}
