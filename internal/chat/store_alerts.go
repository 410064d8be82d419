package chat

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/postgres"
)

// maxAlerts is how many are taken at once: other nodes may take the next ones.
const alertBatchSize = 50

func enqueueAlert(ctx context.Context, tx pgx.Tx, a alertEntry) error {
	_, err := tx.Exec(ctx, `
		insert into chat.alerts (kind, room_id, message_id, actor_id, emoji, seq)
		values ($1, $2, $3, $4, nullif($5, ''), $6)`, a.kind, a.roomID, a.messageID, a.actorID, a.emoji, a.seq)
	return wrap("write down whom to tell", err)
}

// addInvitations is for people who were just made members by another.
func enqueueInvitations(ctx context.Context, tx pgx.Tx, roomID, actorID int64, added []int64) error {
	_, err := tx.Exec(ctx, `
		insert into chat.alerts (kind, room_id, actor_id, user_id, seq)
		select distinct 'invitation', r.id, $2::bigint, person, r.seq
		  from chat.rooms r, unnest($3::bigint[]) as person
		 where r.id = $1 and person <> $2`, roomID, actorID, orEmpty(added))
	return wrap("write down whom to tell", err)
}

// takeAlerts locks what is due, the oldest first, until the transaction ends. Of
// a message it takes the oldest only, and none while another node has an older
// one: what happens to a message is told in its order.
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
		return nil, fmt.Errorf("take what is to be told: %w", err)
	}
	alerts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a alertEntry, err error) {
		err = row.Scan(&a.id, &a.kind, &a.roomID, &a.messageID, &a.actorID, &a.userID, &a.emoji, &a.seq, &a.at)
		return a, err
	})
	return alerts, wrap("take what is to be told", err)
}

func deleteAlerts(ctx context.Context, tx pgx.Tx, ids []int64) error {
	_, err := tx.Exec(ctx, `delete from chat.alerts where id = any ($1)`, ids)
	return wrap("delete what was told", err)
}

// postponeAlerts lets what could not be told wait: a second, then twice as long
// each time, up to some four minutes.
func postponeAlerts(ctx context.Context, tx pgx.Tx, ids []int64) error {
	_, err := tx.Exec(ctx, `
		update chat.alerts
		   set attempts = attempts + 1, due_at = now() + interval '1 second' * 2 ^ least(attempts, 8)
		 where id = any ($1)`, ids)
	return wrap("postpone what could not be told", err)
}

// readSeqsOf returns those of the people who may see the room, with how far they
// have read it.
func readSeqsOf(ctx context.Context, db postgres.Queryer, roomID int64, people []int64) (map[int64]int64, error) {
	rows, err := db.Query(ctx, `
		select u.id, coalesce(me.read_seq, 0)
		  from chat.rooms r
		  join account.users u on u.id = any ($2)
		  left join chat.members me on me.room_id = r.id and me.user_id = u.id
		 where r.id = $1 and`+roomIsVisible, roomID, orEmpty(people))
	if err != nil {
		return nil, fmt.Errorf("read who may be told: %w", err)
	}
	seqs := map[int64]int64{}
	var userID, seq int64
	_, err = pgx.ForEachRow(rows, []any{&userID, &seq}, func() error {
		seqs[userID] = seq
		return nil
	})
	return seqs, wrap("read who may be told", err)
}

// roomToTell is a room as a notification names it, with the two people of a
// direct one.
func readAlertRoom(ctx context.Context, db postgres.Queryer, id int64) (room AlertRoom, two []int64, err error) {
	var low, high *int64
	err = db.QueryRow(ctx, `select id, kind, name, topic, direct_low, direct_high from chat.rooms where id = $1`, id).
		Scan(&room.ID, &room.Kind, &room.Name, &room.Topic, &low, &high)
	if low != nil && high != nil {
		two = []int64{*low, *high}
	}
	return room, two, wrap("read the room", err)
}
