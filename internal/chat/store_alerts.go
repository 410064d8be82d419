package chat

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/postgres"
)

// alertBatchSize is the most entries that one transaction takes. Other nodes can take the next ones at the same time.
const alertBatchSize = 50

// enqueueAlert adds the entry to the transactional outbox, in the transaction of the change.
func enqueueAlert(ctx context.Context, tx pgx.Tx, e alertEntry) error {
	_, err := tx.Exec(ctx, `
		insert into chat.alerts (kind, room_id, message_id, actor_id, emoji, seq)
		values ($1, $2, $3, $4, nullif($5, ''), $6)`, e.kind, e.roomID, e.messageID, e.actorID, e.emoji, e.seq)
	return wrap("add an alert", err)
}

// enqueueInvitations adds an entry for each user that the actor has just added to the room, except the actor.
func enqueueInvitations(ctx context.Context, tx pgx.Tx, roomID, actorID int64, added []int64) error {
	_, err := tx.Exec(ctx, `
		insert into chat.alerts (kind, room_id, actor_id, user_id, seq)
		select distinct 'invitation', r.id, $2::bigint, person, r.seq
		  from chat.rooms r, unnest($3::bigint[]) as person
		 where r.id = $1 and person <> $2`, roomID, actorID, orEmpty(added))
	return wrap("add alerts for invitations", err)
}

// takeDueAlerts returns the oldest entries that are due and locks them until the transaction ends; it skips those that
// another node has locked. Of the entries of one message it returns only the oldest, and none while the oldest is
// locked or not due, so that the changes of a message are handled in their order.
func takeDueAlerts(ctx context.Context, tx pgx.Tx) ([]alertEntry, error) {
	rows, err := tx.Query(ctx, `
		select id, kind, room_id, coalesce(message_id, 0), actor_id, coalesce(user_id, 0), coalesce(emoji, ''), seq, at
		  from chat.alerts a
		 where due_at <= now()
		   and not exists (select from chat.alerts older where older.message_id = a.message_id and older.id < a.id)
		 order by at, id
		 limit $1
		   for update skip locked`, alertBatchSize)
	if err != nil {
		return nil, fmt.Errorf("take due alerts: %w", err)
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e alertEntry, err error) {
		err = row.Scan(&e.id, &e.kind, &e.roomID, &e.messageID, &e.actorID, &e.userID, &e.emoji, &e.seq, &e.at)
		return e, err
	})
	return entries, wrap("take due alerts", err)
}

func deleteAlerts(ctx context.Context, tx pgx.Tx, ids []int64) error {
	_, err := tx.Exec(ctx, `delete from chat.alerts where id = any ($1)`, ids)
	return wrap("delete handled alerts", err)
}

// postponeAlerts makes failed entries due again after a pause: one second after the first failure, doubled with each
// further one, 256 seconds at most.
func postponeAlerts(ctx context.Context, tx pgx.Tx, ids []int64) error {
	_, err := tx.Exec(ctx, `
		update chat.alerts
		   set attempts = attempts + 1, due_at = now() + interval '1 second' * 2 ^ least(attempts, 8)
		 where id = any ($1)`, ids)
	return wrap("postpone failed alerts", err)
}

// readSeqsOf returns the readSeq of those of the users who may see the room, by user; 0 for a user who is not a member.
func readSeqsOf(ctx context.Context, db postgres.Queryer, roomID int64, people []int64) (map[int64]int64, error) {
	rows, err := db.Query(ctx, `
		select u.id, coalesce(me.read_seq, 0)
		  from chat.rooms r
		  join account.users u on u.id = any ($2)
		  left join chat.members me on me.room_id = r.id and me.user_id = u.id
		 where r.id = $1 and`+roomIsVisible, roomID, orEmpty(people))
	if err != nil {
		return nil, fmt.Errorf("read who may be notified: %w", err)
	}
	seqs := map[int64]int64{}
	var userID, seq int64
	_, err = pgx.ForEachRow(rows, []any{&userID, &seq}, func() error {
		seqs[userID] = seq
		return nil
	})
	return seqs, wrap("read who may be notified", err)
}

// readAlertRoom returns the room as a notification shows it and, for a direct room, its two users.
func readAlertRoom(ctx context.Context, db postgres.Queryer, id int64) (room AlertRoom, two []int64, err error) {
	var low, high *int64
	err = db.QueryRow(ctx, `select id, kind, name, topic, direct_low, direct_high from chat.rooms where id = $1`, id).
		Scan(&room.ID, &room.Kind, &room.Name, &room.Topic, &low, &high)
	if low != nil && high != nil {
		two = []int64{*low, *high}
	}
	return room, two, wrap("read the room", err)
}
