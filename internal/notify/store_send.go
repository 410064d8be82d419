package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/postgres"
)

// hasCause reports whether the user has a cause with the key, withdrawn or not.
func hasCause(ctx context.Context, tx pgx.Tx, userID int64, key string) (has bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from notify.causes where user_id = $1 and key = $2)`, userID, key).Scan(&has)
	return has, wrap("look for the key", err)
}

// joinGroup gives the newest unread notification of n's group the new seq and
// returns its id, or 0 if there is none. If n is read, a notification that is read
// will do, too.
func joinGroup(ctx context.Context, tx pgx.Tx, n Notification, seq int64, why Why) (id int64, err error) {
	err = tx.QueryRow(ctx, `
		update notify.notifications
		   set seq = $3, change = 'updated', topic_seq = greatest(topic_seq, $4), why = $5
		 where id = (select max(id)
		               from notify.notifications
		              where user_id = $1 and group_key = $2 and shown = $6 and removed_at is null and (read_at is null or $7))
		returning id`, n.UserID, n.GroupKey, seq, n.TopicSeq, why, why.Result.InApp != Hidden, n.Read).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return id, wrap("join the group", err)
}

// addNotification inserts a notification without its text, which writeText derives
// from its causes.
func addNotification(ctx context.Context, tx pgx.Tx, n Notification, seq int64, why Why) (id int64, err error) {
	var readAt *time.Time
	if n.Read {
		readAt = &n.At
	}
	err = tx.QueryRow(ctx, `
		insert into notify.notifications
		       (user_id, seq, created_seq, change, type, group_key, topic, topic_seq, shown, why, created_at, read_at)
		values ($1, $2, $2, 'created', $3, nullif($4, ''), nullif($5, ''), $6, $7, $8, $9, $10)
		returning id`,
		n.UserID, seq, n.Type, n.GroupKey, n.Topic, n.TopicSeq, why.Result.InApp != Hidden, why, n.At, readAt).Scan(&id)
	return id, wrap("store the notification", err)
}

func addCause(ctx context.Context, tx pgx.Tx, id int64, n Notification) error {
	data, err := json.Marshal(orEmpty(n.Data))
	if err != nil {
		return fmt.Errorf("encode the notification's data: %w", err)
	}
	_, err = tx.Exec(ctx, `
		insert into notify.causes (user_id, key, notification_id, actor_id, title, titles, message, url, data)
		values ($1, $2, $3, nullif($4, 0), $5, $6, $7, $8, $9)`,
		n.UserID, n.Key, id, n.ActorID, n.Title, n.Titles, n.Message, n.URL, data)
	return wrap("store the cause", err)
}

// groupOf reads the notification's causes that are not withdrawn. The zero group
// means that there are none.
func groupOf(ctx context.Context, tx pgx.Tx, id int64) (g group, err error) {
	err = tx.QueryRow(ctx, `
		select title, titles, message, url, data, count(*) over ()
		  from notify.causes
		 where notification_id = $1 and not withdrawn
		 order by id desc
		 limit 1`, id).
		Scan(&g.newest.title, &g.newest.titles, &g.newest.message, &g.newest.url, &g.newest.data, &g.causes)
	if errors.Is(err, pgx.ErrNoRows) {
		return group{}, nil
	}
	if err != nil {
		return g, fmt.Errorf("read the causes: %w", err)
	}
	g.actors, g.names, err = actorsOf(ctx, tx, id)
	return g, err
}

// actorsOf returns the users who caused the notification, the latest first.
func actorsOf(ctx context.Context, tx pgx.Tx, id int64) (ids []int64, names []string, err error) {
	rows, err := tx.Query(ctx, `
		select u.id, u.full_name
		  from (select actor_id, max(id) as latest
		          from notify.causes
		         where notification_id = $1 and not withdrawn
		         group by actor_id) c
		  join account.users u on u.id = c.actor_id
		 order by c.latest desc`, id)
	if err != nil {
		return nil, nil, fmt.Errorf("read the actors: %w", err)
	}
	var userID int64
	var name string
	_, err = pgx.ForEachRow(rows, []any{&userID, &name}, func() error {
		ids, names = append(ids, userID), append(names, name)
		return nil
	})
	return ids, names, wrap("read the actors", err)
}

// writeText stores the text, the data and the actors that follow from the
// notification's causes.
func writeText(ctx context.Context, tx pgx.Tx, id int64, g group) error {
	data, err := json.Marshal(g.dataFields())
	if err != nil {
		return fmt.Errorf("encode the notification's data: %w", err)
	}
	_, err = tx.Exec(ctx, `
		update notify.notifications
		   set title = $2, message = $3, url = $4, data = $5, actors = coalesce($6::bigint[], '{}'), causes = $7
		 where id = $1`, id, g.title(), g.newest.message, g.newest.url, data, g.actors[:min(len(g.actors), 3)], g.causes)
	return wrap("write the notification", err)
}

// usersWithCause returns the users with a cause of the key, or of a key under it,
// that is not withdrawn.
func usersWithCause(ctx context.Context, db postgres.Queryer, key string) ([]int64, error) {
	rows, err := db.Query(ctx, `
		select distinct user_id from notify.causes where`+underKey+` and not withdrawn order by user_id`, key)
	if err != nil {
		return nil, fmt.Errorf("read the users with a cause: %w", err)
	}
	users, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return users, wrap("read the users with a cause", err)
}

// underKey is the condition for the key $1 and the keys that begin with $1 and a
// "/"; "0" is the character after "/".
const underKey = ` (key = $1 or key > $1 || '/' and key < $1 || '0')`

// withdrawCauses deletes the text of the user's causes of the key, and of keys under
// it, but keeps their rows, so that the keys are not accepted again. It returns the
// ids of their notifications.
func withdrawCauses(ctx context.Context, tx pgx.Tx, key string, userID int64) ([]int64, error) {
	return idsOf(ctx, tx, `
		update notify.causes
		   set withdrawn = true, title = '', titles = '', message = '', url = '', data = '{}'
		 where`+underKey+` and user_id = $2 and not withdrawn
		returning notification_id`, key, userID)
}

// rewordCauses changes the message of the user's causes of the key, and returns the
// ids of their notifications.
func rewordCauses(ctx context.Context, tx pgx.Tx, key string, userID int64, message string) ([]int64, error) {
	return idsOf(ctx, tx, `
		update notify.causes
		   set message = $3
		 where key = $1 and user_id = $2 and not withdrawn and message <> $3
		returning notification_id`, key, userID, message)
}

// markUpdated gives the notification the new seq.
func markUpdated(ctx context.Context, tx pgx.Tx, id, seq int64) error {
	_, err := tx.Exec(ctx, `update notify.notifications set seq = $2, change = 'updated' where id = $1`, id, seq)
	return wrap("mark the notification as changed", err)
}

// idsOf runs a statement that changes causes and returns ids of notifications.
func idsOf(ctx context.Context, tx pgx.Tx, sql string, args ...any) ([]int64, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("change causes: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return ids, wrap("change causes", err)
}

func orEmpty(data map[string]any) map[string]any {
	if data == nil {
		return map[string]any{}
	}
	return data
}
