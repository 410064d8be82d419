package chat

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/outbox"
	"hubbub/internal/base/postgres"
)

// alertTable is the transactional outbox. The key is the message, so that the changes of a message are handled in their
// order: each locks the message's room. An invitation waits for no other entry.
var alertTable = outbox.Table[alertEntry]{
	Name: "chat.alerts", Key: "message_id",
	Columns: "id, kind, room_id, coalesce(message_id, 0), actor_id, coalesce(user_id, 0), coalesce(emoji, ''), seq, at",
	Scan: func(row pgx.Row) (e alertEntry, err error) {
		err = row.Scan(&e.id, &e.kind, &e.roomID, &e.messageID, &e.actorID, &e.userID, &e.emoji, &e.seq, &e.at)
		return e, err
	},
}

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
