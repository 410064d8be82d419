package notify

import (
	"context"
	"errors"
	"sync"
	"time"

	"hubbub/internal/loop"
	"hubbub/internal/postgres"
)

const (
	gatherFor = 2 * time.Second     // what is read one after the other is withdrawn together
	remember  = 90 * 24 * time.Hour // why a subscription ended, for a browser that seldom comes
	farewell  = 2 * time.Second     // for what is under way when the node stops
)

// Run decides what is pushed, sends it, and withdraws what was read, until ctx
// ends. All that is to do stands in the database, so a restart forgets nothing,
// and any node does any of it.
func (p *Pusher) Run(ctx context.Context) {
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer p.finish(stop)
	var running sync.WaitGroup
	running.Go(func() {
		loop.Run(ctx, loop.Config{Name: "push-sweep", Guard: p.guard, Period: sweepEvery, AtOnce: true}, p.sweep)
	})
	loop.Run(ctx, loop.Config{Name: "push", Guard: p.guard, Period: p.beat, Wake: p.places.freed, AtOnce: true}, func(ctx context.Context) error {
		if _, err := p.vapid(ctx); err != nil {
			return err
		}
		return p.work(working)
	})
	running.Wait()
}

func (p *Pusher) sweep(ctx context.Context) error {
	return forgetEndings(ctx, p.db, p.now().Add(-remember))
}

// finish lets what is under way come to its end, for a moment.
func (p *Pusher) finish(stop context.CancelFunc) {
	late := time.AfterFunc(farewell, stop)
	p.sending.Wait()
	late.Stop()
	stop()
}

// work does everything that is due now; what fails keeps nothing else from being
// done. What is sent may be under way when it returns.
func (p *Pusher) work(ctx context.Context) error {
	var errs []error
	for _, step := range []struct {
		doing string
		do    func(context.Context) error
	}{
		{"deciding", p.decideAll},
		{"stranding", func(ctx context.Context) error { return strand(ctx, p.db, p.now()) }},
		{"sending", p.deliver},
		{"finding what was read", func(ctx context.Context) error { return findRead(ctx, p.db, p.now()) }},
		{"withdrawing", p.withdraw},
	} {
		err := p.guard.Try("push", func() error { return step.do(ctx) })
		errs = append(errs, wrap(step.doing, err))
	}
	return errors.Join(errs...)
}

func (p *Pusher) complain(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		p.log.WarnContext(ctx, "pushes lag behind", "at", what, "error", err)
	}
}

func (p *Pusher) decideAll(ctx context.Context) error {
	for more := true; more && ctx.Err() == nil; {
		var err error
		if more, err = p.decideNext(ctx); err != nil {
			return err
		}
	}
	return nil
}

// decideNext decides about the next notification that is due, in a transaction
// that no other node shares: so each is decided once.
func (p *Pusher) decideNext(ctx context.Context) (more bool, err error) {
	err = postgres.InTx(ctx, p.db, func(tx postgres.Tx) error {
		var d due
		if d, more, err = takePush(ctx, tx, p.now()); err != nil || !more {
			return err
		}
		return p.decide(ctx, tx, d)
	})
	return more, err
}

// decide asks again what was asked when the notification came: so much may have
// happened since. What is found keeps as why.
func (p *Pusher) decide(ctx context.Context, tx postgres.Tx, d due) error {
	chosen, err := preferencesOf(ctx, tx, d.userID)
	if err != nil {
		return err
	}
	why := d.why.again(d, chosen, p.presence.Attending(ctx, d.userID), p.now())
	var devices []subscriber
	if why.Result.Push == PushDue {
		if devices, err = p.subscribers(ctx, d.userID); err != nil {
			return err
		}
		why.Result.Push = PushNowhere
	}
	for _, to := range devices {
		why.Result.Push = PushSent
		if err := addDelivery(ctx, tx, d.notificationID, to, p.now()); err != nil {
			return err
		}
	}
	return writeWhy(ctx, tx, d.notificationID, why)
}

// deliver takes as much as can be under way, and sends it.
func (p *Pusher) deliver(ctx context.Context) error {
	for {
		free := p.places.free()
		if free == 0 {
			return nil
		}
		taken, err := takeDeliveries(ctx, p.db, p.now(), free, p.places.busy())
		if err != nil || len(taken) == 0 {
			return err
		}
		for _, d := range taken {
			p.start(d, func() { p.complain(ctx, "sending", p.attempt(ctx, d)) })
		}
	}
}

// start runs an attempt for the person and the push service of d, as soon as a
// slot is free. It does not wait for that.
func (p *Pusher) start(d due, do func()) {
	end := p.places.begin(d.userID, d.host)
	p.sending.Go(func() {
		defer end()
		p.places.slots <- struct{}{}
		defer func() { <-p.places.slots }()
		_ = p.guard.Do("push-delivery", do) // it is logged
	})
}

// attempt is send; one that panics is made again like one without an answer.
func (p *Pusher) attempt(ctx context.Context, d due) error {
	err := p.guard.Try("push-delivery", func() error { return p.send(ctx, d) })
	if loop.Panicked(err) {
		return p.conclude(ctx, d, receipt{detail: "an error in Hubbub"})
	}
	return err
}

// send is one attempt. What was read meanwhile, or whose person has signed out
// there, is not sent. One that this node's end has cut off is made again by
// whichever node finds it.
func (p *Pusher) send(ctx context.Context, d due) error {
	stands, err := p.sessions.Standing(ctx, []string{d.session})
	switch {
	case err != nil:
		return err
	case !d.unread:
		return p.settle(ctx, d, dropped, "")
	case !stands[d.session]:
		return p.settle(ctx, d, unsubscribed, "signed out there")
	}
	r, err := p.hand(ctx, d.userID, d.subscriptionID, d.to, parcelOf(d))
	if err != nil || r.status == 0 && ctx.Err() != nil {
		return err
	}
	return p.conclude(ctx, d, r)
}

// conclude writes down what came of an attempt, and whether another follows.
func (p *Pusher) conclude(ctx context.Context, d due, r receipt) error {
	pause, again := pauseAfter(d.attempts, r.after)
	switch {
	case r.taken():
		return p.settle(ctx, d, pushed, "")
	case r.gone():
		return p.settle(ctx, d, unsubscribed, r.detail)
	case r.passing() && again:
		return settleDelivery(context.WithoutCancel(ctx), p.db, d, waiting, r.detail, p.now().Add(pause), p.now())
	}
	return p.settle(ctx, d, failed, r.detail)
}

func (p *Pusher) settle(ctx context.Context, d due, state, detail string) error {
	return settleDelivery(context.WithoutCancel(ctx), p.db, d, state, detail, p.now(), p.now())
}

// withdraw tells devices to close what was read elsewhere, each once for all of
// it, and those of one person one after the other.
func (p *Pusher) withdraw(ctx context.Context) error {
	taken, err := takeWithdrawals(ctx, p.db, p.now(), 10*atOnce, p.places.busy())
	if err != nil {
		return err
	}
	people := map[int64]map[int64][]due{} // user → device → what it shows
	for _, d := range taken {
		if people[d.userID] == nil {
			people[d.userID] = map[int64][]due{}
		}
		people[d.userID][d.subscriptionID] = append(people[d.userID][d.subscriptionID], d)
	}
	for userID, devices := range people {
		p.start(due{userID: userID}, func() {
			for _, shown := range devices {
				p.complain(ctx, "withdrawing", p.close(ctx, shown))
			}
		})
	}
	return nil
}

// close is silent on the device, so it happens only where the browser bears it.
func (p *Pusher) close(ctx context.Context, shown []due) error {
	d := shown[0]
	bears := !mindsSilence(d.to.Endpoint)
	if bears {
		var err error
		if bears, err = spendSilence(ctx, p.db, d.subscriptionID, p.now()); err != nil {
			return err
		}
	}
	if bears {
		_, err := p.hand(ctx, d.userID, d.subscriptionID, d.to, withdrawal(shown))
		return err
	}
	for _, d := range shown {
		if err := p.settle(ctx, d, left, ""); err != nil {
			return err
		}
	}
	return nil
}
