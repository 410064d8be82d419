package chat

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// messagesToIndex returns the next messages after the id that are not deleted, and locks them until the transaction
// ends.
func messagesToIndex(ctx context.Context, tx pgx.Tx, after int64, limit int) ([]Findable, error) {
	rows, err := tx.Query(ctx, `
		select m.id, m.room_id, r.kind, m.sender_id, u.full_name, m.text, m.created_at
		  from chat.messages m
		  join chat.rooms r on r.id = m.room_id
		  join account.users u on u.id = m.sender_id
		 where m.id > $1 and m.deleted_at is null
		 order by m.id
		 limit $2
		   for share of m`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read messages to index: %w", err)
	}
	messages, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f Findable, err error) {
		err = row.Scan(&f.ID, &f.RoomID, &f.Kind, &f.SenderID, &f.Sender, &f.Text, &f.SentAt)
		f.URL = messagePath(f.RoomID, f.ID)
		return f, err
	})
	return messages, wrap("read messages to index", err)
}

// roomsToIndex returns the next rooms after the id with their members, and locks the rooms until the transaction ends.
func roomsToIndex(ctx context.Context, tx pgx.Tx, after int64, limit int) ([]FindableRoom, error) {
	rows, err := tx.Query(ctx, `
		select r.id, r.name, r.topic, r.kind, r.archived_at is not null, r.created_at,
		       array(select user_id from chat.members where room_id = r.id)
		  from chat.rooms r
		 where r.id > $1
		 order by r.id
		 limit $2
		   for share of r`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read rooms to index: %w", err)
	}
	rooms, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f FindableRoom, err error) {
		err = row.Scan(&f.ID, &f.Name, &f.Topic, &f.Kind, &f.Archived, &f.MadeAt, &f.Members)
		f.URL = roomPath(f.ID)
		return f, err
	})
	return rooms, wrap("read rooms to index", err)
}
