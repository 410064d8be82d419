package notify

import (
	"context"
	"errors"
	"sync"
	"time"

	"hubbub/internal/base/loop"
	"hubbub/internal/base/outbox"
	"hubbub/internal/base/postgres"
)

const (
	withdrawDelay = 2 * time.Second     // so that notifications read in quick succession are withdrawn together
	keepEndings   = 90 * 24 * time.Hour // for a browser that is seldom used
	drainTimeout  = 2 * time.Second     // for attempts in progress when the node stops
)

// Run decides what is pushed, sends it, and withdraws what was read, until ctx
// ends. All pending work is in the database, so nothing is lost by a restart, and
// any node can do it.
func (p *Pusher) Run(ctx context.Context) {
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer p.finish(stop)
	var running sync.WaitGroup
	running.Go(func() {
		loop.Run(ctx, loop.Config{Name: "push-sweep", Guard: p.guard, Period: sweepEvery, AtOnce: true}, p.sweep)
	})
	loop.Run(ctx, loop.Config{Name: "push", Guard: p.guard, Period: p.beat, Wake: p.attempts.freed, AtOnce: true}, func(ctx context.Context) error {
		if _, err := p.vapid(ctx); err != nil {
			return err
		}
		return p.work(working)
	})
	running.Wait()
}

func (p *Pusher) sweep(ctx context.Context) error {
	return forgetEndings(ctx, p.db, p.now().Add(-keepEndings))
}

// finish waits for the attempts in progress, and cancels them after drainTimeout.
func (p *Pusher) finish(stop context.CancelFunc) {
	timer := time.AfterFunc(drainTimeout, stop)
	p.sending.Wait()
	timer.Stop()
	stop()
}

// work does everything that is due now. The failure of one step does not prevent
// the others. Attempts may still be in progress when it returns.
func (p *Pusher) work(ctx context.Context) error {
	var errs []error
	for _, step := range []struct {
		doing string
		do    func(context.Context) error
	}{
		{"deciding", func(ctx context.Context) error { return p.decisions.Work(ctx, p.guard) }},
		{"ending unreachable deliveries", func(ctx context.Context) error { return endUnreachable(ctx, p.db, p.now()) }},
		{"sending", p.deliver},
		{"scheduling withdrawals", func(ctx context.Context) error { return scheduleWithdrawals(ctx, p.db, p.now()) }},
		{"withdrawing", p.withdraw},
	} {
		err := p.guard.Try("push", func() error { return step.do(ctx) })
		errs = append(errs, wrap(step.doing, err))
	}
	return errors.Join(errs...)
}

func (p *Pusher) logError(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		p.log.WarnContext(ctx, "push work failed", "at", what, "error", err)
	}
}

// newDecisions returns the transactional outbox of the pushes that are to be decided. The
// notification's transaction adds the entry.
func newDecisions(p *Pusher) *outbox.Outbox[pushEntry] {
	return outbox.New(p.db, outbox.Config[pushEntry]{Name: "notify-pushes", Table: pushTable, Do: p.decide, Now: p.now})
}

// DecisionStats returns the state of the transactional outbox.
func (p *Pusher) DecisionStats() outbox.Stats { return p.decisions.Stats() }

// decide repeats the decision of Send with the state of now, stores the result as
// the notification's Why, and adds the deliveries. The transaction that does so deletes
// the entry, too, so each push is decided once. If the notification changes in the
// meantime, for example because its group grows, decide begins again.
func (p *Pusher) decide(ctx context.Context, e pushEntry) error {
	for {
		d, seq, ok, err := pushToDecide(ctx, p.db, e)
		if err != nil || !ok {
			return err
		}
		why, devices, err := p.evaluate(ctx, d)
		if err != nil {
			return err
		}
		if stored, err := p.storeDecision(ctx, e, d, seq, why, devices); stored || err != nil {
			return err
		}
	}
}

func (p *Pusher) evaluate(ctx context.Context, d pushJob) (why Why, devices []subscriber, err error) {
	chosen, err := preferencesOf(ctx, p.db, d.userID)
	if err != nil {
		return why, nil, err
	}
	why = d.why.reevaluate(d, chosen, p.presence.Attending(ctx, d.userID), p.now())
	if why.Result.Push != PushDue {
		return why, nil, nil
	}
	devices, err = p.subscribers(ctx, d.userID)
	why.Result.Push = PushNoDevice
	if len(devices) > 0 {
		why.Result.Push = PushSent
	}
	return why, devices, err
}

// storeDecision reports false if it has stored nothing, because the notification has a
// seq other than seq, or the push was decided by another node.
func (p *Pusher) storeDecision(
	ctx context.Context, e pushEntry, d pushJob, seq int64, why Why, devices []subscriber,
) (stored bool, err error) {
	err = postgres.InTx(ctx, p.db, func(tx postgres.Tx) error {
		if stored, err = deletePush(ctx, tx, e, seq); err != nil || !stored {
			return err
		}
		for _, to := range devices {
			if err := addDelivery(ctx, tx, d.notificationID, to, p.now()); err != nil {
				return err
			}
		}
		return writeWhy(ctx, tx, d.notificationID, why)
	})
	return stored, err
}

// deliver starts attempts for the deliveries that are due, while there are free slots.
func (p *Pusher) deliver(ctx context.Context) error {
	for {
		free := p.attempts.free()
		if free == 0 {
			return nil
		}
		taken, err := takeDeliveries(ctx, p.db, p.now(), free, p.attempts.usage())
		if err != nil || len(taken) == 0 {
			return err
		}
		for _, d := range taken {
			p.start(d, func() { p.logError(ctx, "sending", p.attempt(ctx, d)) })
		}
	}
}

// start runs do in a goroutine as soon as a slot is free, and counts it as an attempt
// for the user and the push service of d. It does not wait.
func (p *Pusher) start(d pushJob, do func()) {
	end := p.attempts.begin(d.userID, d.host)
	p.sending.Go(func() {
		defer end()
		p.attempts.slots <- struct{}{}
		defer func() { <-p.attempts.slots }()
		_ = p.guard.Do("push-delivery", do) // it is logged
	})
}

// attempt calls send, and treats a panic like a push service that did not answer.
func (p *Pusher) attempt(ctx context.Context, d pushJob) error {
	err := p.guard.Try("push-delivery", func() error { return p.send(ctx, d) })
	if loop.Panicked(err) {
		return p.saveReceipt(ctx, d, receipt{detail: "an internal error"})
	}
	return err
}

// send makes one attempt. It ends the delivery without one if the notification has
// been read, or if the user has signed out on the device. If the stop of this node
// cancels the attempt, the delivery stays as it is, and is taken again later.
func (p *Pusher) send(ctx context.Context, d pushJob) error {
	valid, err := p.sessions.ValidKeys(ctx, []string{d.session})
	switch {
	case err != nil:
		return err
	case !d.unread:
		return p.saveOutcome(ctx, d, deliveryDropped, "")
	case !valid[d.session]:
		return p.saveOutcome(ctx, d, deliveryUnsubscribed, "signed out on that device")
	}
	r, err := p.post(ctx, d.userID, d.subscriptionID, d.to, newPushMessage(d))
	if err != nil || r.status == 0 && ctx.Err() != nil {
		return err
	}
	return p.saveReceipt(ctx, d, r)
}

// saveReceipt stores the result of an attempt: the end of the delivery, or a retry.
func (p *Pusher) saveReceipt(ctx context.Context, d pushJob, r receipt) error {
	pause, retry := retryPause(d.attempts, r.retryAfter)
	switch {
	case r.accepted():
		return p.saveOutcome(ctx, d, deliveryPushed, "")
	case r.gone():
		return p.saveOutcome(ctx, d, deliveryUnsubscribed, r.detail)
	case r.temporary() && retry:
		return saveDelivery(context.WithoutCancel(ctx), p.db, d, deliveryWaiting, r.detail, p.now().Add(pause), p.now())
	}
	return p.saveOutcome(ctx, d, deliveryFailed, r.detail)
}

func (p *Pusher) saveOutcome(ctx context.Context, d pushJob, state, detail string) error {
	return saveDelivery(context.WithoutCancel(ctx), p.db, d, state, detail, p.now(), p.now())
}

// withdraw makes devices close the notifications that were read elsewhere. A device
// gets one push for all of its own, and a user's devices get theirs one after the
// other.
func (p *Pusher) withdraw(ctx context.Context) error {
	taken, err := takeWithdrawals(ctx, p.db, p.now(), 10*maxAttemptsAtOnce, p.attempts.usage())
	if err != nil {
		return err
	}
	users := map[int64]map[int64][]pushJob{} // user → device → what it shows
	for _, d := range taken {
		if users[d.userID] == nil {
			users[d.userID] = map[int64][]pushJob{}
		}
		users[d.userID][d.subscriptionID] = append(users[d.userID][d.subscriptionID], d)
	}
	for userID, devices := range users {
		p.start(pushJob{userID: userID}, func() {
			for _, shown := range devices {
				p.logError(ctx, "withdrawing", p.closeShown(ctx, shown))
			}
		})
	}
	return nil
}

// closeShown closes notifications on one device by a push that shows nothing, if the
// browser allows it and the device's budget is not used up. Otherwise they stay.
func (p *Pusher) closeShown(ctx context.Context, shown []pushJob) error {
	d := shown[0]
	allowed := !requiresVisible(d.to.Endpoint)
	if allowed {
		var err error
		if allowed, err = takeSilentPush(ctx, p.db, d.subscriptionID, p.now()); err != nil {
			return err
		}
	}
	if allowed {
		_, err := p.post(ctx, d.userID, d.subscriptionID, d.to, newWithdrawal(shown))
		return err
	}
	for _, d := range shown {
		if err := p.saveOutcome(ctx, d, deliveryLeft, ""); err != nil {
			return err
		}
	}
	return nil
}
