package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/postgres"
	"hubbub/internal/wire"
)

// duePush has it decided later whether a notification is pushed. Of a burst the
// first has set the time.
func duePush(ctx context.Context, db postgres.Queryer, notificationID int64, at time.Time) error {
	_, err := db.Exec(ctx, `
		insert into notify.pushes (notification_id, due_at) values ($1, $2) on conflict do nothing`, notificationID, at)
	return wrap("put off the push", err)
}

// duePushes does the same for what a person's change with the seq has woken.
func duePushes(ctx context.Context, db postgres.Queryer, userID, seq int64, at time.Time) error {
	_, err := db.Exec(ctx, `
		insert into notify.pushes (notification_id, due_at)
		select id, $3 from notify.notifications where user_id = $1 and seq = $2 and change = 'woken'
		on conflict do nothing`, userID, seq, at)
	return wrap("put off pushes", err)
}

// due is a notification that may be pushed, or is on its way to a device.
type due struct {
	deliveryID     int64 // 0: not on its way yet
	attempts       int
	notificationID int64
	userID         int64
	kind           Type
	groupKey       string
	title, message string
	url            string
	createdAt      time.Time
	why            Why
	unread         bool // and awake, and there

	subscriptionID int64
	session        string
	to             Subscription
	host           string // of its push service
}

// dueColumns are read by due.scan, with the notification as n.
const dueColumns = `n.id, n.user_id, n.type, coalesce(n.group_key, ''), n.title, n.message, n.url, n.created_at, n.why,
	n.read_at is null and n.removed_at is null and n.snoozed_until is null`

func (d *due) scan(row pgx.Row, more ...any) error {
	return row.Scan(append([]any{
		&d.notificationID, &d.userID, &d.kind, &d.groupKey, &d.title, &d.message, &d.url, &d.createdAt, &d.why, &d.unread,
	}, more...)...)
}

// takePush takes the next that is due to be decided; no other node gets it
// before the transaction ends. False: there is none.
func takePush(ctx context.Context, tx postgres.Tx, now time.Time) (d due, ok bool, err error) {
	err = d.scan(tx.QueryRow(ctx, `
		with taken as (
		  delete from notify.pushes
		   where notification_id = (
		         select notification_id from notify.pushes where due_at <= $1 order by due_at limit 1 for update skip locked)
		  returning notification_id
		)
		select `+dueColumns+`
		  from taken t
		  join notify.notifications n on n.id = t.notification_id`, now))
	if errors.Is(err, pgx.ErrNoRows) {
		return d, false, nil
	}
	return d, err == nil, wrap("take the next push", err)
}

// writeWhy keeps what became of it, and tells nobody: whoever asks is told.
func writeWhy(ctx context.Context, tx postgres.Tx, notificationID int64, w Why) error {
	_, err := tx.Exec(ctx, `update notify.notifications set why = $2 where id = $1`, notificationID, w)
	return wrap("keep why", err)
}

// addDelivery puts a notification on its way to a device, once more if it was
// there before: there is more of its group.
func addDelivery(ctx context.Context, tx postgres.Tx, notificationID int64, to subscriber, now time.Time) error {
	_, err := tx.Exec(ctx, `
		insert into notify.push_deliveries (notification_id, subscription_id, device, state, due_at, changed_at)
		values ($1, $2, $3, 'waiting', $4, $4)
		on conflict (notification_id, subscription_id) do update
		   set state = 'waiting', due_at = excluded.due_at, attempts = 0, changed_at = excluded.changed_at, detail = ''`,
		notificationID, to.ID, to.Name, now)
	return wrap("put the push on its way", err)
}

// hostOf is the host of the endpoint of push_subscriptions s.
const hostOf = `lower(split_part(split_part(s.endpoint, '/', 3), ':', 1))`

// takeDeliveries takes what is to be sent now, for as long as an attempt lasts:
// if this node dies, it is taken again then. Of each person and each host it
// takes, the oldest first, no more than may be under way beside what is.
func takeDeliveries(ctx context.Context, db postgres.Queryer, now time.Time, most int, b busy) ([]due, error) {
	rows, err := db.Query(ctx, `
		with by_person as (
		  select d.id, d.due_at, `+hostOf+` as host,
		         coalesce(p.busy, 0) + row_number() over (partition by s.user_id order by d.due_at, d.id) as place
		    from notify.push_deliveries d
		    join notify.push_subscriptions s on s.id = d.subscription_id
		    left join unnest($4::bigint[], $5::int[]) p (user_id, busy) on p.user_id = s.user_id
		   where d.state = 'waiting' and d.due_at <= $1
		), by_host as (
		  select w.id, coalesce(h.busy, 0) + row_number() over (partition by w.host order by w.due_at, w.id) as place
		    from by_person w
		    left join unnest($6::text[], $7::int[]) h (host, busy) on h.host = w.host
		   where w.place <= $8
		), taken as (
		  update notify.push_deliveries
		     set due_at = $1::timestamptz + $2::interval, attempts = attempts + 1
		   where id in (
		         select d.id
		           from notify.push_deliveries d
		           join by_host w on w.id = d.id
		          where d.state = 'waiting' and d.due_at <= $1 and w.place <= $9
		          order by d.due_at limit $3 for update of d skip locked)
		  returning id, attempts, notification_id, subscription_id
		)
		select `+dueColumns+`, t.id, t.attempts, s.id, s.session, s.endpoint, s.p256dh, s.auth, `+hostOf+`
		  from taken t
		  join notify.notifications n on n.id = t.notification_id
		  join notify.push_subscriptions s on s.id = t.subscription_id and s.user_id = n.user_id`,
		now, 2*patienceOfPush, most, b.people, b.ofPeople, b.hosts, b.ofHosts, atOnceAPerson, atOnceAHost)
	return collectDue(rows, err, "take pushes to send")
}

func collectDue(rows pgx.Rows, err error, doing string) ([]due, error) {
	if err != nil {
		return nil, wrap(doing, err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d due, err error) {
		return d, d.scan(row, &d.deliveryID, &d.attempts, &d.subscriptionID, &d.session,
			&d.to.Endpoint, &d.to.P256dh, &d.to.Auth, &d.host)
	})
	return all, wrap(doing, err)
}

// strand ends what can reach nobody: the device has gone, or is another
// person's now.
func strand(ctx context.Context, db postgres.Queryer, now time.Time) error {
	_, err := db.Exec(ctx, `
		update notify.push_deliveries d
		   set state = 'gone', changed_at = $1
		 where d.state in ('waiting', 'withdrawing')
		   and d.due_at <= $1
		   and not exists (
		       select from notify.push_subscriptions s
		         join notify.notifications n on n.id = d.notification_id and n.user_id = s.user_id
		        where s.id = d.subscription_id)`, now)
	return wrap("end pushes to devices that have gone", err)
}

// settleDelivery writes down what became of an attempt, unless another was made
// meanwhile.
func settleDelivery(ctx context.Context, db postgres.Queryer, d due, state, detail string, dueAt, now time.Time) error {
	_, err := db.Exec(ctx, `
		update notify.push_deliveries
		   set state = $3, detail = $4, due_at = $5, changed_at = $6
		 where id = $1 and attempts = $2`, d.deliveryID, d.attempts, state, detail, dueAt, now)
	return wrap("keep what became of a push", err)
}

// findRead has those devices told that show what is not unread any more.
func findRead(ctx context.Context, db postgres.Queryer, now time.Time) error {
	_, err := db.Exec(ctx, `
		update notify.push_deliveries d
		   set state = 'withdrawing', due_at = $1::timestamptz + $2::interval, changed_at = $1
		  from notify.notifications n
		 where n.id = d.notification_id
		   and d.state = 'shown' and d.changed_at > $1::timestamptz - $3::interval
		   and (n.read_at is not null or n.removed_at is not null or n.snoozed_until is not null)`, now, gatherFor, keepFor)
	return wrap("find pushes to withdraw", err)
}

// takeWithdrawals takes what devices are to close, but for those of people who
// may have no more attempts under way. They are told once, or not at all.
func takeWithdrawals(ctx context.Context, db postgres.Queryer, now time.Time, most int, b busy) ([]due, error) {
	rows, err := db.Query(ctx, `
		with taken as (
		  update notify.push_deliveries
		     set state = 'withdrawn', changed_at = $1
		   where id in (
		         select d.id
		           from notify.push_deliveries d
		           join notify.push_subscriptions s on s.id = d.subscription_id
		          where d.state = 'withdrawing' and d.due_at <= $1 and s.user_id <> all ($3::bigint[])
		          order by d.due_at limit $2 for update of d skip locked)
		  returning id, attempts, notification_id, subscription_id
		)
		select `+dueColumns+`, t.id, t.attempts, s.id, s.session, s.endpoint, s.p256dh, s.auth, `+hostOf+`
		  from taken t
		  join notify.notifications n on n.id = t.notification_id
		  join notify.push_subscriptions s on s.id = t.subscription_id and s.user_id = n.user_id`, now, most, b.fullPeople)
	return collectDue(rows, err, "take pushes to withdraw")
}

// spendSilence says whether the device may get another push of which its person
// sees nothing.
func spendSilence(ctx context.Context, db postgres.Queryer, subscriptionID int64, now time.Time) (bool, error) {
	done, err := db.Exec(ctx, `
		update notify.push_subscriptions
		   set silent       = case when silent_since > $2::timestamptz - interval '1 day' then silent + 1 else 1 end,
		       silent_since = case when silent_since > $2::timestamptz - interval '1 day' then silent_since else $2 end
		 where id = $1
		   and (silent < $3 or silent_since is null or silent_since <= $2::timestamptz - interval '1 day')`, subscriptionID, now, silentADay)
	return done.RowsAffected() > 0, wrap("count a silent push", err)
}

// deliveriesOf are what became of a notification on its way to each device.
func deliveriesOf(ctx context.Context, db postgres.Queryer, notificationID int64) ([]Delivery, error) {
	rows, err := db.Query(ctx, `
		select device, state, changed_at, detail from notify.push_deliveries where notification_id = $1 order by id`, notificationID)
	if err != nil {
		return nil, fmt.Errorf("read what became of a push: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Delivery, err error) {
		var at time.Time
		err = row.Scan(&d.Device, &d.State, &at, &d.Detail)
		d.At = wire.Time(at)
		return d, err
	})
	return all, wrap("read what became of a push", err)
}
