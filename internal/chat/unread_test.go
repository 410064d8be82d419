package chat

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/account"
	"hubbub/internal/base/postgres"
)

const unreadRooms = 20

// newUnreadRooms creates two users, and rooms in which the reader has read nothing.
func newUnreadRooms(t *testing.T) (db *postgres.DB, reader, writer account.User, rooms []int64) {
	t.Helper()
	s, _, reader, writer := newNotifyingService(t)
	db = s.db
	err := postgres.InTx(t.Context(), db, func(tx postgres.Tx) error {
		for i := range unreadRooms {
			id, err := createRoom(t.Context(), tx, Public, "room "+strconv.Itoa(i), "", reader.ID, []int64{writer.ID})
			if err != nil {
				return err
			}
			rooms = append(rooms, id)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return db, reader, writer, rooms
}

// addUnread stores n messages of the sender in each of the rooms. Each mentions the user named.
func addUnread(t *testing.T, db *postgres.DB, rooms []int64, n int, sender, named int64) {
	t.Helper()
	_, err := db.Exec(postgres.InBackground(t.Context()), `
		with sent as (
		  insert into chat.messages (room_id, seq, created_seq, sender_id, text, html, mentions)
		  select r.id, r.seq + i, r.seq + i, $3, 'Hello', 'Hello', array[$4::bigint]
		    from chat.rooms r, generate_series(1, $2::int) i
		   where r.id = any ($1)
		  returning id, room_id, created_seq
		), named as (
		  insert into chat.mentions select $4, room_id, created_seq, id from sent where $3 <> $4
		)
		update chat.rooms set seq = seq + $2 where id = any ($1)`, rooms, n, sender, named)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(postgres.InBackground(t.Context()), `vacuum analyze chat.rooms, chat.messages, chat.mentions`)
	if err != nil {
		t.Fatal(err)
	}
}

var (
	scanned = regexp.MustCompile(`(?:Scan|Scan Backward) .*\(actual rows=(\d+) loops=(\d+)\)`)
	removed = regexp.MustCompile(`Rows Removed by Filter: (\d+)`)
)

// rowsRead returns how many rows the statement reads from tables and indexes, and its plan.
func rowsRead(t *testing.T, db *postgres.DB, sql string, args ...any) (rows int, plan string) {
	t.Helper()
	result, err := db.Query(t.Context(), `explain (analyze, costs off, timing off, summary off) `+sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(result, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	plan = strings.Join(lines, "\n")
	for _, m := range scanned.FindAllStringSubmatch(plan, -1) {
		rows += number(m[1]) * number(m[2])
	}
	for _, m := range removed.FindAllStringSubmatch(plan, -1) {
		rows += number(m[1])
	}
	return rows, plan
}

func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

func TestUnreadCountsReadBoundedRows(t *testing.T) {
	db, reader, writer, rooms := newUnreadRooms(t)
	const sidebar = ` where me.user_id is not null`
	addUnread(t, db, rooms, 2000, writer.ID, reader.ID)
	some, _ := rowsRead(t, db, selectRooms+sidebar, reader.ID)
	addUnread(t, db, rooms, 4000, writer.ID, reader.ID)
	more, plan := rowsRead(t, db, selectRooms+sidebar, reader.ID)
	if some < unreadRooms*2*maxUnread || more > some {
		t.Errorf("the query reads %d rows with 2,000 unread messages a room, and %d with 6,000:\n%s", some, more, plan)
	}
	addUnread(t, db, rooms, 4000, reader.ID, reader.ID)
	own, plan := rowsRead(t, db, selectRooms+sidebar, reader.ID)
	if own > unreadRooms*(maxExamined+2*maxUnread) {
		t.Errorf("the query reads %d rows to skip the reader's own messages:\n%s", own, plan)
	}
}

func TestUnreadCountsStopAtMaxUnread(t *testing.T) {
	db, reader, writer, rooms := newUnreadRooms(t)
	addUnread(t, db, rooms[:1], 500, writer.ID, reader.ID)
	addUnread(t, db, rooms[1:2], 3, writer.ID, reader.ID)
	addUnread(t, db, rooms[1:2], 3, reader.ID, reader.ID)
	for i, want := range []int{maxUnread, 3, 0} {
		room, err := roomFor(t.Context(), db, reader.ID, rooms[i])
		if err != nil || room.Unread != want || room.Mentions != want {
			t.Errorf("room %d has %d unread messages and %d mentions, want %d (%v)", i, room.Unread, room.Mentions, want, err)
		}
	}
	first, err := firstUnread(t.Context(), db, rooms[0], reader.ID, 100)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := messageByID(t.Context(), db, first); err != nil || m.CreatedSeq != 101 {
		t.Errorf("the first unread message has createdSeq %d, want 101 (%v)", m.CreatedSeq, err)
	}
}

func TestMentionsFollowEditsAndDeletions(t *testing.T) {
	db, reader, writer, rooms := newUnreadRooms(t)
	stored, err := insertMessages(t.Context(), db, []draft{
		{RoomID: rooms[0], SenderID: writer.ID, Text: "x", Mentions: []int64{reader.ID, writer.ID, reader.ID}},
	})
	if err != nil {
		t.Fatal(err)
	}
	mentions := func(change func(tx postgres.Tx) error) int {
		t.Helper()
		if err := postgres.InTx(t.Context(), db, change); err != nil {
			t.Fatal(err)
		}
		room, err := roomFor(context.Background(), db, reader.ID, rooms[0])
		if err != nil {
			t.Fatal(err)
		}
		return room.Mentions
	}
	id := stored[0].ID
	edit := func(people ...int64) func(postgres.Tx) error {
		return func(tx postgres.Tx) error { return editMessage(t.Context(), tx, id, 2, "y", "y", people) }
	}
	if n := mentions(func(postgres.Tx) error { return nil }); n != 1 {
		t.Errorf("after sending: %d mentions, want 1", n)
	}
	if n := mentions(edit(writer.ID)); n != 0 {
		t.Errorf("after an edit without the mention: %d mentions, want 0", n)
	}
	if n := mentions(edit(reader.ID)); n != 1 {
		t.Errorf("after an edit with the mention: %d mentions, want 1", n)
	}
	if n := mentions(func(tx postgres.Tx) error { return eraseMessage(t.Context(), tx, id, 3) }); n != 0 {
		t.Errorf("after deletion: %d mentions, want 0", n)
	}
}
