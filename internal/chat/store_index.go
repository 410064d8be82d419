package chat

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/index"
	"hubbub/internal/live/wire"
)

// messagesToIndex returns the entries of the next messages after the id that are not deleted, and locks the messages
// until the transaction ends.
func messagesToIndex(ctx context.Context, tx pgx.Tx, after int64, limit int) ([]index.Entry, error) {
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
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (index.Entry, error) {
		var m Message
		var kind Kind
		var created time.Time
		err := row.Scan(&m.ID, &m.RoomID, &kind, &m.Sender.ID, &m.Sender.FullName, &m.Text, &created)
		m.CreatedAt = wire.Time(created)
		return messageEntry(m, kind), err
	})
	return entries, wrap("read messages to index", err)
}

// roomsToIndex returns the next rooms after the id with their members, and locks the rooms until the transaction ends.
func roomsToIndex(ctx context.Context, tx pgx.Tx, after int64, limit int) ([]indexedRoom, error) {
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
	rooms, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r indexedRoom, err error) {
		err = row.Scan(&r.ID, &r.Name, &r.Topic, &r.Kind, &r.Archived, &r.MadeAt, &r.Members)
		return r, err
	})
	return rooms, wrap("read rooms to index", err)
}
