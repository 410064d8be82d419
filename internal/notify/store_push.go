package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/postgres"
	"hubbub/internal/live/wire"
)

// saveKeys stores the instance's keys unless there are some, and returns those that
// are stored.
func saveKeys(ctx context.Context, db postgres.Queryer, made vapidKeys) (k vapidKeys, err error) {
	_, err = db.Exec(ctx, `
		insert into notify.push_keys (public_key, private_key) values ($1, $2) on conflict do nothing`, made.public, made.private)
	if err != nil {
		return k, fmt.Errorf("store the push keys: %w", err)
	}
	k, _, err = readKeys(ctx, db)
	return k, err
}

// readKeys returns the instance's keys, or false if there are none yet.
func readKeys(ctx context.Context, db postgres.Queryer) (k vapidKeys, ok bool, err error) {
	err = db.QueryRow(ctx, `select public_key, private_key from notify.push_keys`).Scan(&k.public, &k.private)
	if errors.Is(err, pgx.ErrNoRows) {
		return k, false, nil
	}
	return k, err == nil, wrap("read the push keys", err)
}

// saveSubscription inserts or updates the subscription of an endpoint, for the user
// who uses the browser now, and deletes the record of its ending.
func saveSubscription(ctx context.Context, db postgres.Queryer, userID int64, session, device string, sub Subscription, now time.Time) error {
	_, err := db.Exec(ctx, `
		with began as (
		  delete from notify.push_endings where endpoint = $3
		)
		insert into notify.push_subscriptions (user_id, session, endpoint, p256dh, auth, device, created_at, renewed_at)
		values ($1, $2, $3, $4, $5, $6, $7, $7)
		on conflict (endpoint) do update
		   set user_id = excluded.user_id, session = excluded.session, device = excluded.device,
		       p256dh = excluded.p256dh, auth = excluded.auth, renewed_at = excluded.renewed_at`,
		userID, session, sub.Endpoint, sub.P256dh, sub.Auth, device, now)
	return wrap("store the push subscription", err)
}

// endingOf returns why the subscription of an endpoint ended, or "" if it did not.
func endingOf(ctx context.Context, db postgres.Queryer, endpoint string) (ending string, err error) {
	err = db.QueryRow(ctx, `select ending from notify.push_endings where endpoint = $1`, endpoint).Scan(&ending)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return ending, wrap("look for the subscription's ending", err)
}

// dropOldestDevices deletes the user's subscriptions except for the maxDevices that
// were renewed last.
func dropOldestDevices(ctx context.Context, db postgres.Queryer, userID int64) error {
	_, err := db.Exec(ctx, `
		delete from notify.push_subscriptions
		 where id in (select id from notify.push_subscriptions where user_id = $1 order by renewed_at desc, id desc offset $2)`, userID, maxDevices)
	return wrap("delete the oldest push subscriptions", err)
}

// endSubscription deletes one of the user's own subscriptions, and stores the reason
// for its browser. It returns false if there is none.
func endSubscription(ctx context.Context, db postgres.Queryer, userID, id int64, ending string, now time.Time) (bool, error) {
	done, err := db.Exec(ctx, `
		with ended as (
		  delete from notify.push_subscriptions where id = $2 and user_id = $1 returning endpoint
		)
		insert into notify.push_endings (endpoint, ending, ended_at)
		select endpoint, $3, $4 from ended
		on conflict (endpoint) do update set ending = excluded.ending, ended_at = excluded.ended_at`, userID, id, ending, now)
	return done.RowsAffected() > 0, wrap("end the push subscription", err)
}

// dropSubscription deletes one of the user's own subscriptions without storing a
// reason. It returns false if there is none.
func dropSubscription(ctx context.Context, db postgres.Queryer, userID int64, endpoint string) (bool, error) {
	done, err := db.Exec(ctx, `delete from notify.push_subscriptions where user_id = $1 and endpoint = $2`, userID, endpoint)
	return done.RowsAffected() > 0, wrap("delete the push subscription", err)
}

func dropSubscriptions(ctx context.Context, db postgres.Queryer, ids []int64) error {
	_, err := db.Exec(ctx, `delete from notify.push_subscriptions where id = any ($1)`, ids)
	return wrap("delete push subscriptions", err)
}

// subscriber is a row of push_subscriptions.
type subscriber struct {
	Subscription
	Device
	session string
}

// subscribersOf returns the user's subscriptions, the last renewed first.
func subscribersOf(ctx context.Context, db postgres.Queryer, userID int64) ([]subscriber, error) {
	rows, err := db.Query(ctx, `
		select id, session, endpoint, p256dh, auth, device, created_at, delivered_at, failed_at,
		       case when failed_at > coalesce(delivered_at, '-infinity') then failure else '' end
		  from notify.push_subscriptions
		 where user_id = $1
		 order by renewed_at desc, id desc`, userID)
	if err != nil {
		return nil, fmt.Errorf("read push subscriptions: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s subscriber, err error) {
		var created time.Time
		var delivered, failed *time.Time
		err = row.Scan(&s.ID, &s.session, &s.Subscription.Endpoint, &s.P256dh, &s.Auth, &s.Name, &created, &delivered, &failed, &s.Failure)
		s.Device.Endpoint, s.CreatedAt = s.Subscription.Endpoint, wire.Time(created)
		s.DeliveredAt, s.FailedAt = wire.TimeOrNil(delivered), wire.TimeOrNil(failed)
		return s, err
	})
	return all, wrap("read push subscriptions", err)
}

// saveHealth stores when the device was last delivered to, or how that failed.
func saveHealth(ctx context.Context, db postgres.Queryer, subscriptionID int64, r receipt, now time.Time) error {
	_, err := db.Exec(ctx, `
		update notify.push_subscriptions
		   set delivered_at = case when $2 = '' then $3 else delivered_at end,
		       failed_at    = case when $2 = '' then failed_at else $3 end,
		       failure      = case when $2 = '' then failure else $2 end
		 where id = $1`, subscriptionID, r.detail, now)
	return wrap("store a device's health", err)
}

// forgetEndings deletes the reasons of subscriptions that ended before a time.
func forgetEndings(ctx context.Context, db postgres.Queryer, before time.Time) error {
	_, err := db.Exec(ctx, `delete from notify.push_endings where ended_at < $1`, before)
	return wrap("delete endings of subscriptions", err)
}
