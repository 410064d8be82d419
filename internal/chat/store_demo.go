package chat

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// lockRooms locks the table of rooms, so that no other node seeds until the transaction ends, and reports whether it is
// empty.
func lockRooms(ctx context.Context, tx pgx.Tx) (empty bool, err error) {
	if _, err := tx.Exec(ctx, `lock table chat.rooms in share row exclusive mode`); err != nil {
		return false, wrap("lock the rooms", err)
	}
	err = tx.QueryRow(ctx, `select not exists (select from chat.rooms)`).Scan(&empty)
	return empty, wrap("look for rooms", err)
}

// insertPastMessage stores a message as if it had been sent ago earlier. It is read by its sender and, if read is true,
// by all members.
func insertPastMessage(ctx context.Context, tx pgx.Tx, d draft, ago time.Duration, read bool) error {
	var row insertedRow
	if err := tx.QueryRow(ctx, insertMessage, d.args()...).Scan(row.targets()...); err != nil {
		return wrap("store the message", err)
	}
	_, err := tx.Exec(ctx, `update chat.messages set created_at = now() - $2::interval where id = $1`, row.ID, ago)
	if err != nil {
		return wrap("date the message", err)
	}
	_, err = tx.Exec(ctx, `update chat.alerts set at = now() - $2::interval, due_at = now() - $2::interval where message_id = $1`, row.ID, ago)
	if err != nil {
		return wrap("date the message's alert", err)
	}
	_, err = tx.Exec(ctx, `
		update chat.members set read_seq = $2 where room_id = $1 and ($3 or user_id = $4)`,
		d.RoomID, row.Seq, read, d.SenderID)
	return wrap("mark the message as read", err)
}

// reactToLast adds a reaction of the users to the room's newest message. It takes no seq: no client has the message
// without the reaction.
func reactToLast(ctx context.Context, tx pgx.Tx, roomID int64, emoji string, people []int64) error {
	_, err := tx.Exec(ctx, `
		insert into chat.reactions (message_id, user_id, emoji)
		select (select max(id) from chat.messages where room_id = $1), person, $2
		  from unnest($3::bigint[]) as person`, roomID, emoji, people)
	if err != nil {
		return wrap("add the reaction", err)
	}
	_, err = tx.Exec(ctx, `
		insert into chat.alerts (kind, room_id, message_id, actor_id, emoji, seq, at, due_at)
		select 'reaction', m.room_id, m.id, person, $2, m.seq, reacted_at, reacted_at
		  from chat.messages m, least(m.created_at + interval '5 minutes', now()) as reacted_at, unnest($3::bigint[]) as person
		 where m.id = (select max(id) from chat.messages where room_id = $1) and m.sender_id <> person`,
		roomID, emoji, people)
	return wrap("add alerts for the reaction", err)
}
