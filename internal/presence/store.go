package presence

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/postgres"
)

// renewNode writes the node's heartbeat. It returns revived if the node had no row,
// and so has no leases: xmax is 0 in a row that was inserted, not updated.
func renewNode(ctx context.Context, db postgres.Queryer, n node, ttl time.Duration) (revived bool, err error) {
	err = db.QueryRow(ctx, `
		insert into presence.nodes (id, name, expires_at)
		values ($1, $2, now() + $3::interval)
		on conflict (id) do update
		   set seen_at = now(), expires_at = excluded.expires_at
		returning xmax = 0`, n.id, n.name, ttl).Scan(&revived)
	if err != nil {
		return false, fmt.Errorf("renew the node's lease: %w", err)
	}
	return revived, nil
}

// retireNode lets the node's leases expire after the grace, as if its last
// connections had just closed.
func retireNode(ctx context.Context, db postgres.Queryer, n node, grace time.Duration) error {
	_, err := db.Exec(ctx, `
		update presence.nodes
		   set seen_at = now(), expires_at = now() + $2::interval
		 where id = $1`, n.id, grace)
	if err != nil {
		return fmt.Errorf("retire the node: %w", err)
	}
	return nil
}

// reapNodes deletes the nodes that have expired, with their leases; the users there
// were last seen at the node's last heartbeat. It returns the ids of the nodes. Of
// concurrent calls one gets each node.
func reapNodes(ctx context.Context, db postgres.Queryer) ([]string, error) {
	rows, err := db.Query(ctx, `
		with dead as (
		  delete from presence.nodes
		   where expires_at < now()
		  returning id, seen_at
		), gone as (
		  delete from presence.leases l
		   using dead d
		   where l.node_id = d.id
		  returning l.user_id, d.seen_at
		), seen as (
		  insert into presence.people as p (user_id, last_seen_at)
		  select user_id, max(seen_at) from gone group by user_id order by user_id
		  on conflict (user_id) do update
		     set last_seen_at = greatest(p.last_seen_at, excluded.last_seen_at)
		   where p.status <> 'invisible'
		)
		select id from dead`)
	if err != nil {
		return nil, fmt.Errorf("reap dead nodes: %w", err)
	}
	dead, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("reap dead nodes: %w", err)
	}
	return dead, nil
}

// countNodes returns how many nodes have not expired.
func countNodes(ctx context.Context, db postgres.Queryer) (n int64, err error) {
	if err := db.QueryRow(ctx, `select count(*) from presence.nodes where expires_at > now()`).Scan(&n); err != nil {
		return 0, fmt.Errorf("count the nodes: %w", err)
	}
	return n, nil
}

// acquireLeases inserts or updates leases of the node. Users who do not exist are
// left out.
func acquireLeases(ctx context.Context, db postgres.Queryer, n node, w leaseChanges) error {
	_, err := db.Exec(ctx, `
		insert into presence.leases (user_id, node_id, idle)
		select t.user_id, $1, t.idle
		  from unnest($2::bigint[], $3::boolean[]) as t (user_id, idle)
		  join account.users u on u.id = t.user_id
		 order by t.user_id
		on conflict (user_id, node_id) do update
		   set idle = excluded.idle`, n.id, w.acquired, w.idle)
	if err != nil {
		return fmt.Errorf("acquire leases: %w", err)
	}
	return nil
}

// releaseLeases deletes leases of the node and stores when their users were last
// seen, except for the invisible.
func releaseLeases(ctx context.Context, db postgres.Queryer, n node, w leaseChanges) error {
	_, err := db.Exec(ctx, `
		with gone as (
		  delete from presence.leases l
		   using unnest($2::bigint[], $3::timestamptz[]) as t (user_id, seen_at)
		   where l.node_id = $1 and l.user_id = t.user_id
		  returning t.user_id, t.seen_at
		)
		insert into presence.people as p (user_id, last_seen_at)
		select user_id, seen_at from gone order by user_id
		on conflict (user_id) do update
		   set last_seen_at = greatest(p.last_seen_at, excluded.last_seen_at)
		 where p.status <> 'invisible'`, n.id, w.released, w.lastClosedAt)
	if err != nil {
		return fmt.Errorf("release leases: %w", err)
	}
	return nil
}

// readLeases returns a record for each user with a lease of any node.
func readLeases(ctx context.Context, db postgres.Queryer, n node) ([]record, error) {
	rows, err := db.Query(ctx, `
		select l.user_id,
		       coalesce(p.status, 'online'), coalesce(p.text, ''), coalesce(p.version, 0), p.last_seen_at,
		       bool_and(l.idle) filter (where l.node_id <> $1)
		  from presence.leases l
		  left join presence.people p on p.user_id = l.user_id
		 group by l.user_id, p.user_id`, n.id)
	if err != nil {
		return nil, fmt.Errorf("read leases: %w", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (record, error) {
		var r record
		var idle *bool
		err := row.Scan(&r.userID, &r.choice.Status, &r.choice.Text, &r.choice.Version, &r.choice.LastSeenAt, &idle)
		if idle != nil {
			r.otherLease = &lease{idle: *idle}
		}
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("read leases: %w", err)
	}
	return found, nil
}

// readChoices returns what these users chose; those who do not exist are left out.
func readChoices(ctx context.Context, db postgres.Queryer, ids []int64) ([]record, error) {
	rows, err := db.Query(ctx, `
		select u.id, coalesce(p.status, 'online'), coalesce(p.text, ''), coalesce(p.version, 0), p.last_seen_at
		  from account.users u
		  left join presence.people p on p.user_id = u.id
		 where u.id = any ($1)`, ids)
	if err != nil {
		return nil, fmt.Errorf("read statuses: %w", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (record, error) {
		var r record
		err := row.Scan(&r.userID, &r.choice.Status, &r.choice.Text, &r.choice.Version, &r.choice.LastSeenAt)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("read statuses: %w", err)
	}
	return found, nil
}

// saveChoice stores what a user chose; a nil status or text stays as it is. A user
// who turns invisible was last seen now, if seen (others saw them as online) or
// never seen before; the time does not change while they are invisible.
func saveChoice(ctx context.Context, db postgres.Queryer, userID int64, status *Status, text *string, seen bool) (Choice, error) {
	var c Choice
	err := db.QueryRow(ctx, `
		insert into presence.people as p (user_id, status, text, version, last_seen_at)
		values ($1, coalesce($2, 'online'), coalesce($3, ''), 1, case when $2 = 'invisible' then now() end)
		on conflict (user_id) do update
		   set status       = coalesce($2, p.status),
		       text         = coalesce($3, p.text),
		       version      = p.version + 1,
		       last_seen_at = case when $2 = 'invisible' and p.status <> 'invisible' and ($4 or p.last_seen_at is null)
		                           then now() else p.last_seen_at end
		returning status, text, version, last_seen_at`, userID, status, text, seen).
		Scan(&c.Status, &c.Text, &c.Version, &c.LastSeenAt)
	if err != nil {
		return Choice{}, fmt.Errorf("store the status: %w", err)
	}
	return c, nil
}

// readLeasesOf returns the leases for a user, the oldest first.
func readLeasesOf(ctx context.Context, db postgres.Queryer, userID int64) ([]Lease, error) {
	rows, err := db.Query(ctx, `
		select n.id, n.name, l.since, extract(epoch from now() - n.seen_at) * 1000, l.idle
		  from presence.leases l
		  join presence.nodes n on n.id = l.node_id
		 where l.user_id = $1
		 order by l.since, n.id`, userID)
	if err != nil {
		return nil, fmt.Errorf("read leases of a person: %w", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Lease, error) {
		var l Lease
		var ms float64
		err := row.Scan(&l.node, &l.Node, &l.Since, &ms, &l.Idle)
		l.HeartbeatAge = time.Duration(ms * float64(time.Millisecond))
		return l, err
	})
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("read leases of a person: %w", err)
	}
	return found, nil
}
