package chat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/fault"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/wire"
)

// selectMessages selects what scanMessage reads; m is the message, q the message that it answers. A query appends its
// conditions.
const selectMessages = `
	select m.id, m.room_id, m.seq, m.created_seq, m.sender_id, m.text, m.html, m.client_id::text, m.mentions,
	       m.created_at, m.edited_at, m.deleted_at,
	       q.id, q.sender_id, q.text,
	       (select json_agg(json_build_object('emoji', emoji, 'by', people) order by first)
	          from (select emoji, array_agg(user_id order by created_at, user_id) as people, min(created_at) as first
	                  from chat.reactions
	                 where message_id = m.id
	                 group by emoji) r)
	  from chat.messages m
	  left join chat.messages q on q.id = m.reply_to`

// draft is a message that is about to be stored.
type draft struct {
	RoomID   int64
	SenderID int64
	Sender   string // the sender's name
	Text     string
	HTML     string
	ClientID *string
	ReplyTo  *int64
	Mentions []int64
}

func draftOf(m Message) draft {
	d := draft{
		RoomID: m.RoomID, SenderID: m.Sender.ID, Sender: m.Sender.FullName, Text: m.Text, HTML: m.HTML,
		ClientID: m.ClientID, Mentions: m.Mentions,
	}
	if m.ReplyTo != nil {
		d.ReplyTo = &m.ReplyTo.ID
	}
	return d
}

// insertedRow is what the database adds to a draft: the row that insertMessage returns.
type insertedRow struct {
	ID        int64
	Seq       int64
	CreatedAt time.Time
	HasAlert  bool    // users may have to be notified: there is an entry in the transactional outbox
	Kind      Kind    // of the room
	Joined    []int64 // users who became members by the message
}

// targets returns the scan targets for a row of insertMessage.
func (s *insertedRow) targets() []any {
	return []any{&s.ID, &s.Seq, &s.CreatedAt, &s.HasAlert, &s.Kind, &s.Joined}
}

// errRejected means that the draft's room does not exist or is archived, or that the sender may not write to it.
var errRejected = errors.New("the room does not take the message")

// insertMessage takes the room's next seq and stores the draft, in one statement. It makes the sender a member, and
// both users of a direct room, also one who had left it. It returns no row if the room does not take a message of the
// sender. If the sender has used the clientId before, it violates one_message_a_client_id and does not take the seq.
// With the message it stores the users that it mentions and, if the message mentions users, answers a message or is in
// a direct room of two, an entry in the transactional outbox chat.alerts.
const insertMessage = `
	with room as (
	  update chat.rooms r
	     set seq = seq + 1
	   where id = $1 and archived_at is null
	     and (kind = 'public' or exists (select from chat.members where room_id = $1 and user_id = $2))
	   returning id, seq, kind, direct_low, direct_high
	), joined as (
	  insert into chat.members (room_id, user_id, read_seq)
	  select room.id, person, room.seq - 1
	    from room, unnest(array[$2, direct_low, direct_high]) as person
	   where person is not null
	      on conflict do nothing
	  returning user_id
	), sent as (
	  insert into chat.messages (room_id, seq, created_seq, sender_id, text, html, client_id, reply_to, mentions)
	  select room.id, room.seq, room.seq, $2, $3, $4, $5::uuid, $6, $7
	    from room
	  returning id, seq, created_at
	), named as (
	  insert into chat.mentions (user_id, room_id, created_seq, message_id)
	  select distinct person, room.id, sent.seq, sent.id
	    from sent, room, unnest($7::bigint[]) as person
	   where person <> $2
	), alert as (
	  insert into chat.alerts (kind, room_id, message_id, actor_id, seq)
	  select 'message', room.id, sent.id, $2, sent.seq
	    from sent, room
	   where cardinality($7::bigint[]) > 0 or $6::bigint is not null or room.direct_low <> room.direct_high
	  returning id
	)
	select sent.id, sent.seq, created_at, exists (select from alert), room.kind, array(select user_id from joined)
	  from sent, room`

func (d draft) args() []any {
	return []any{d.RoomID, d.SenderID, d.Text, d.HTML, d.ClientID, d.ReplyTo, orEmpty(d.Mentions)}
}

// insertMessages stores the drafts in one round trip to the database, in the caller's transaction. The row of a draft
// that its room does not take has the id 0.
func insertMessages(ctx context.Context, db postgres.Queryer, drafts []draft) ([]insertedRow, error) {
	out := make([]insertedRow, len(drafts))
	batch := &pgx.Batch{}
	for i, d := range drafts {
		batch.Queue(insertMessage, d.args()...).QueryRow(func(row pgx.Row) error {
			return ignoreNoRows(row.Scan(out[i].targets()...))
		})
	}
	err := db.SendBatch(ctx, batch).Close()
	return out, wrap("store messages", err)
}

func ignoreNoRows(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return err
}

// messageOfClient returns the sender's message with the clientId; 404 if there is none.
func messageOfClient(ctx context.Context, db postgres.Queryer, senderID int64, clientID string) (Message, error) {
	return oneMessage(ctx, db, ` where m.sender_id = $1 and m.client_id = $2::uuid`, senderID, clientID)
}

// messageByID returns the message, even if it is deleted; 404 if there is none.
func messageByID(ctx context.Context, db postgres.Queryer, id int64) (Message, error) {
	return oneMessage(ctx, db, ` where m.id = $1`, id)
}

// lastMessages returns the room's newest messages that are not deleted, oldest first.
func lastMessages(ctx context.Context, db postgres.Queryer, roomID int64, limit int) ([]Message, error) {
	return manyMessages(ctx, db, `
		 where m.id in (select id from chat.messages where room_id = $1 and deleted_at is null order by id desc limit $2)
		 order by m.id`, roomID, limit)
}

// messagesBefore returns the newest messages with a lower id, oldest first, without deleted ones.
func messagesBefore(ctx context.Context, db postgres.Queryer, roomID, before int64, limit int) ([]Message, error) {
	return manyMessages(ctx, db, `
		 where m.id in (select id from chat.messages where room_id = $1 and deleted_at is null and id < $2
		                 order by id desc limit $3)
		 order by m.id`, roomID, before, limit)
}

// messagesFrom returns the oldest messages from the id on, including it, oldest first, without deleted ones.
func messagesFrom(ctx context.Context, db postgres.Queryer, roomID, from int64, limit int) ([]Message, error) {
	return manyMessages(ctx, db, `
		 where m.id in (select id from chat.messages where room_id = $1 and deleted_at is null and id >= $2
		                 order by id limit $3)
		 order by m.id`, roomID, from, limit)
}

// firstUnread returns the id of the oldest message that the user has neither read nor sent, or 0 if there is none.
func firstUnread(ctx context.Context, db postgres.Queryer, roomID, userID, readSeq int64) (id int64, err error) {
	err = db.QueryRow(ctx, `
		select id
		  from chat.messages
		 where room_id = $1 and created_seq > $2 and sender_id <> $3 and deleted_at is null
		 order by created_seq
		 limit 1`, roomID, readSeq, userID).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return id, wrap("find the first unread message", err)
}

// changesAfter returns the messages that changed after the seq, as they are now, in the order of their seq. Deleted
// ones are among them. If there are more than limit, it returns the first of them.
func changesAfter(ctx context.Context, db postgres.Queryer, roomID, seq int64, limit int) ([]Message, error) {
	return manyMessages(ctx, db, ` where m.room_id = $1 and m.seq > $2 order by m.seq limit $3`, roomID, seq, limit)
}

// nextSeq takes the room's next seq. The room's row stays locked until the transaction ends.
func nextSeq(ctx context.Context, tx pgx.Tx, roomID int64) (seq int64, err error) {
	err = tx.QueryRow(ctx, `update chat.rooms set seq = seq + 1 where id = $1 returning seq`, roomID).Scan(&seq)
	return seq, wrap("take the room's next seq", err)
}

func editMessage(ctx context.Context, tx pgx.Tx, id, seq int64, text, html string, mentions []int64) error {
	_, err := tx.Exec(ctx, `
		update chat.messages
		   set seq = $2, text = $3, html = $4, mentions = $5, edited_at = now()
		 where id = $1`, id, seq, text, html, orEmpty(mentions))
	if err != nil {
		return fmt.Errorf("edit the message: %w", err)
	}
	return replaceMentions(ctx, tx, id, mentions)
}

// replaceMentions stores the users that the message mentions now, without its sender.
func replaceMentions(ctx context.Context, tx pgx.Tx, messageID int64, people []int64) error {
	_, err := tx.Exec(ctx, `
		delete from chat.mentions where message_id = $1 and user_id <> all ($2)`, messageID, orEmpty(people))
	if err != nil {
		return fmt.Errorf("delete the message's mentions: %w", err)
	}
	_, err = tx.Exec(ctx, `
		insert into chat.mentions (user_id, room_id, created_seq, message_id)
		select person, m.room_id, m.created_seq, m.id
		  from chat.messages m, unnest($2::bigint[]) as person
		 where m.id = $1 and person <> m.sender_id
		    on conflict do nothing`, messageID, orEmpty(people))
	return wrap("store the message's mentions", err)
}

// eraseMessage marks the message as deleted and deletes its text, reactions and mentions.
func eraseMessage(ctx context.Context, tx pgx.Tx, id, seq int64) error {
	if _, err := tx.Exec(ctx, `delete from chat.reactions where message_id = $1`, id); err != nil {
		return fmt.Errorf("delete the message's reactions: %w", err)
	}
	if err := replaceMentions(ctx, tx, id, nil); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		update chat.messages
		   set seq = $2, text = '', html = '', mentions = '{}', deleted_at = now()
		 where id = $1`, id, seq)
	return wrap("delete the message", err)
}

func touchMessage(ctx context.Context, tx pgx.Tx, id, seq int64) error {
	_, err := tx.Exec(ctx, `update chat.messages set seq = $2 where id = $1`, id, seq)
	return wrap("mark the message as changed", err)
}

// toggleReaction removes the user's emoji from the message, or adds it if it is not there.
func toggleReaction(ctx context.Context, tx pgx.Tx, messageID, userID int64, emoji string) (added bool, err error) {
	removed, err := tx.Exec(ctx, `
		delete from chat.reactions where message_id = $1 and user_id = $2 and emoji = $3`, messageID, userID, emoji)
	if err != nil || removed.RowsAffected() > 0 {
		return false, wrap("remove the reaction", err)
	}
	_, err = tx.Exec(ctx, `
		insert into chat.reactions (message_id, user_id, emoji) values ($1, $2, $3)`, messageID, userID, emoji)
	return true, wrap("add the reaction", err)
}

func oneMessage(ctx context.Context, db postgres.Queryer, where string, args ...any) (Message, error) {
	messages, err := manyMessages(ctx, db, where, args...)
	if err != nil {
		return Message{}, err
	}
	if len(messages) == 0 {
		return Message{}, fault.NotFound()
	}
	return messages[0], nil
}

func manyMessages(ctx context.Context, db postgres.Queryer, where string, args ...any) ([]Message, error) {
	rows, err := db.Query(ctx, selectMessages+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	messages, err := pgx.CollectRows(rows, scanMessage)
	return messages, wrap("read messages", err)
}

// scanMessage reads a row of selectMessages. Of the users it sets only the ids; see completeMessages.
func scanMessage(row pgx.CollectableRow) (m Message, err error) {
	var (
		created          time.Time
		edited, deleted  *time.Time
		quoted, quotedBy *int64
		quotedText       *string
		reactions        []byte
	)
	err = row.Scan(&m.ID, &m.RoomID, &m.Seq, &m.CreatedSeq, &m.Sender.ID, &m.Text, &m.HTML, &m.ClientID, &m.Mentions,
		&created, &edited, &deleted, &quoted, &quotedBy, &quotedText, &reactions)
	if err != nil {
		return m, err
	}
	m.CreatedAt, m.EditedAt, m.DeletedAt = wire.Time(created), wire.TimeOrNil(edited), wire.TimeOrNil(deleted)
	if quoted != nil {
		m.ReplyTo = &Quote{ID: *quoted, Text: *quotedText}
		m.ReplyTo.Sender.ID = *quotedBy
	}
	m.Reactions, err = readReactions(reactions)
	return m, err
}

func readReactions(raw []byte) ([]Reaction, error) {
	reactions := []Reaction{}
	if raw == nil {
		return reactions, nil
	}
	var kinds []struct {
		Emoji string  `json:"emoji"`
		By    []int64 `json:"by"`
	}
	if err := json.Unmarshal(raw, &kinds); err != nil {
		return nil, err
	}
	for _, k := range kinds {
		reactions = append(reactions, Reaction{Emoji: k.Emoji, Count: len(k.By), By: k.By})
	}
	return reactions, nil
}

func orEmpty(ids []int64) []int64 {
	if ids == nil {
		return []int64{}
	}
	return ids
}

// wrap adds the operation to the error; it returns nil if err is nil.
func wrap(operation string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", operation, err)
}
