package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/outbox"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/wire"
)

// schedulePush schedules the decision whether a notification is pushed. If one is
// scheduled already, its time stays, so that a burst is decided once.
func schedulePush(ctx context.Context, db postgres.Queryer, notificationID int64, at time.Time) error {
	_, err := db.Exec(ctx, `
		insert into notify.pushes (notification_id, due_at) values ($1, $2) on conflict do nothing`, notificationID, at)
	return wrap("schedule the push", err)
}

// schedulePushes does the same for the user's notifications that the change with the
// seq unsnoozed.
func schedulePushes(ctx context.Context, db postgres.Queryer, userID, seq int64, at time.Time) error {
	_, err := db.Exec(ctx, `
		insert into notify.pushes (notification_id, due_at)
		select id, $3 from notify.notifications where user_id = $1 and seq = $2 and change = 'woken'
		on conflict do nothing`, userID, seq, at)
	return wrap("schedule pushes", err)
}

// pushJob is a notification whose push has to be decided, or its delivery to a device.
type pushJob struct {
	deliveryID       int64 // 0: not decided yet
	attempts         int
	notificationID   int64
	userID           int64
	notificationType Type
	groupKey         string
	title, message   string
	url              string
	createdAt        time.Time
	why              Why
	unread           bool // and neither snoozed nor removed

	subscriptionID int64
	session        string
	to             Subscription
	host           string // of its push service
}

// pushJobColumns are read by pushJob.scan; n is the notification.
const pushJobColumns = `n.id, n.user_id, n.type, coalesce(n.group_key, ''), n.title, n.message, n.url, n.created_at, n.why,
	n.read_at is null and n.removed_at is null and n.snoozed_until is null`

func (d *pushJob) scan(row pgx.Row, more ...any) error {
	return row.Scan(append([]any{
		&d.notificationID, &d.userID, &d.notificationType, &d.groupKey, &d.title, &d.message, &d.url, &d.createdAt, &d.why, &d.unread,
	}, more...)...)
}

// pushEntry is an entry of the outbox: a notification whose push is to be decided.
type pushEntry struct{ id, notificationID int64 }

// pushTable is the transactional outbox of pushes that are to be decided.
var pushTable = outbox.Table[pushEntry]{
	Name: "notify.pushes", Columns: "id, notification_id",
	Scan: func(row pgx.Row) (e pushEntry, err error) { return e, row.Scan(&e.id, &e.notificationID) },
}

// pushToDecide returns the entry's notification and its seq, or false if the push has been
// decided.
func pushToDecide(ctx context.Context, db postgres.Queryer, e pushEntry) (d pushJob, seq int64, ok bool, err error) {
	err = d.scan(db.QueryRow(ctx, `
		select `+pushJobColumns+`, n.seq
		  from notify.pushes p
		  join notify.notifications n on n.id = p.notification_id
		 where p.id = $1`, e.id), &seq)
	if errors.Is(err, pgx.ErrNoRows) {
		return d, 0, false, nil
	}
	return d, seq, err == nil, wrap("read the push to decide", err)
}

// deletePush deletes the entry if its notification still has the seq, and locks the
// notification until the transaction ends. It reports whether it did.
func deletePush(ctx context.Context, tx postgres.Tx, e pushEntry, seq int64) (bool, error) {
	done, err := tx.Exec(ctx, `
		with unchanged as (
		  select id from notify.notifications where id = $2 and seq = $3 for update
		)
		delete from notify.pushes p using unchanged n where p.notification_id = n.id and p.id = $1`,
		e.id, e.notificationID, seq)
	return done.RowsAffected() > 0, wrap("delete the decided push", err)
}

// writeWhy stores a decision. It sends no event: pages read it when the user asks.
func writeWhy(ctx context.Context, tx postgres.Tx, notificationID int64, w Why) error {
	_, err := tx.Exec(ctx, `update notify.notifications set why = $2 where id = $1`, notificationID, w)
	return wrap("store why", err)
}

// addDelivery queues a notification for a device. If it was delivered there before, it
// is queued again, because its group has grown.
func addDelivery(ctx context.Context, tx postgres.Tx, notificationID int64, to subscriber, now time.Time) error {
	_, err := tx.Exec(ctx, `
		insert into notify.push_deliveries (notification_id, subscription_id, device, state, due_at, changed_at)
		values ($1, $2, $3, 'waiting', $4, $4)
		on conflict (notification_id, subscription_id) do update
		   set state = 'waiting', due_at = excluded.due_at, attempts = 0, changed_at = excluded.changed_at, detail = ''`,
		notificationID, to.ID, to.Name, now)
	return wrap("queue the push", err)
}

// hostOf is an expression for the host of the endpoint of push_subscriptions s.
const hostOf = `lower(split_part(split_part(s.endpoint, '/', 3), ':', 1))`

// takeDeliveries takes deliveries that are due, at most most, for longer than an
// attempt can last: if this node dies, they are due again then. For each user and each
// host it takes the oldest first, and no more than the limits allow beside the
// attempts in progress, b.
func takeDeliveries(ctx context.Context, db postgres.Queryer, now time.Time, most int, b usage) ([]pushJob, error) {
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
		select `+pushJobColumns+`, t.id, t.attempts, s.id, s.session, s.endpoint, s.p256dh, s.auth, `+hostOf+`
		  from taken t
		  join notify.notifications n on n.id = t.notification_id
		  join notify.push_subscriptions s on s.id = t.subscription_id and s.user_id = n.user_id`,
		now, 2*pushTimeout, most, b.users, b.perUser, b.hosts, b.perHost, maxAttemptsPerUser, maxAttemptsPerHost)
	return collectPushJobs(rows, err, "take pushes to send")
}

func collectPushJobs(rows pgx.Rows, err error, doing string) ([]pushJob, error) {
	if err != nil {
		return nil, wrap(doing, err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d pushJob, err error) {
		return d, d.scan(row, &d.deliveryID, &d.attempts, &d.subscriptionID, &d.session,
			&d.to.Endpoint, &d.to.P256dh, &d.to.Auth, &d.host)
	})
	return all, wrap(doing, err)
}

// endUnreachable ends deliveries whose device is not subscribed any more, or is
// another user's now.
func endUnreachable(ctx context.Context, db postgres.Queryer, now time.Time) error {
	_, err := db.Exec(ctx, `
		update notify.push_deliveries d
		   set state = 'gone', changed_at = $1
		 where d.state in ('waiting', 'withdrawing')
		   and d.due_at <= $1
		   and not exists (
		       select from notify.push_subscriptions s
		         join notify.notifications n on n.id = d.notification_id and n.user_id = s.user_id
		        where s.id = d.subscription_id)`, now)
	return wrap("end unreachable deliveries", err)
}

// saveDelivery stores the result of an attempt, unless a later attempt has begun.
func saveDelivery(ctx context.Context, db postgres.Queryer, d pushJob, state, detail string, dueAt, now time.Time) error {
	_, err := db.Exec(ctx, `
		update notify.push_deliveries
		   set state = $3, detail = $4, due_at = $5, changed_at = $6
		 where id = $1 and attempts = $2`, d.deliveryID, d.attempts, state, detail, dueAt, now)
	return wrap("store the result of a push", err)
}

// scheduleWithdrawals schedules the withdrawal of deliveries whose notification is not
// unread any more.
func scheduleWithdrawals(ctx context.Context, db postgres.Queryer, now time.Time) error {
	_, err := db.Exec(ctx, `
		update notify.push_deliveries d
		   set state = 'withdrawing', due_at = $1::timestamptz + $2::interval, changed_at = $1
		  from notify.notifications n
		 where n.id = d.notification_id
		   and d.state = 'shown' and d.changed_at > $1::timestamptz - $3::interval
		   and (n.read_at is not null or n.removed_at is not null or n.snoozed_until is not null)`, now, withdrawDelay, pushTTL)
	return wrap("find pushes to withdraw", err)
}

// takeWithdrawals takes withdrawals that are due, except for those of users at their
// limit of attempts. It marks them as done before they are sent, so a withdrawal is
// sent once or not at all.
func takeWithdrawals(ctx context.Context, db postgres.Queryer, now time.Time, most int, b usage) ([]pushJob, error) {
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
		select `+pushJobColumns+`, t.id, t.attempts, s.id, s.session, s.endpoint, s.p256dh, s.auth, `+hostOf+`
		  from taken t
		  join notify.notifications n on n.id = t.notification_id
		  join notify.push_subscriptions s on s.id = t.subscription_id and s.user_id = n.user_id`, now, most, b.fullUsers)
	return collectPushJobs(rows, err, "take pushes to withdraw")
}

// takeSilentPush takes one push that shows nothing from the device's daily budget, and
// reports whether there was one left.
func takeSilentPush(ctx context.Context, db postgres.Queryer, subscriptionID int64, now time.Time) (bool, error) {
	done, err := db.Exec(ctx, `
		update notify.push_subscriptions
		   set silent       = case when silent_since > $2::timestamptz - interval '1 day' then silent + 1 else 1 end,
		       silent_since = case when silent_since > $2::timestamptz - interval '1 day' then silent_since else $2 end
		 where id = $1
		   and (silent < $3 or silent_since is null or silent_since <= $2::timestamptz - interval '1 day')`, subscriptionID, now, silentPushesPerDay)
	return done.RowsAffected() > 0, wrap("count a silent push", err)
}

// deliveriesOf returns the deliveries of a notification, one for each device.
func deliveriesOf(ctx context.Context, db postgres.Queryer, notificationID int64) ([]Delivery, error) {
	rows, err := db.Query(ctx, `
		select device, state, changed_at, detail from notify.push_deliveries where notification_id = $1 order by id`, notificationID)
	if err != nil {
		return nil, fmt.Errorf("read the deliveries of a push: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Delivery, err error) {
		var at time.Time
		err = row.Scan(&d.Device, &d.State, &at, &d.Detail)
		d.At = wire.Time(at)
		return d, err
	})
	return all, wrap("read the deliveries of a push", err)
}
