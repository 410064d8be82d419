package chat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/fault"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/wire"
)

// The limits of the unread counts. With them the counts cost the same, however many messages a user has not read, or
// has sent without reading the room.
const (
	maxUnread   = 100  // the highest count of unread messages and of mentions; pages show 99+
	maxExamined = 1000 // the newest unread messages that are examined; the user's own are among them, and not counted
)

// selectRooms selects what scanRoom reads; $1 is the user. A query appends its conditions.
var selectRooms = fmt.Sprintf(`
	select r.id, r.kind, case when r.kind = 'direct' then other.full_name else r.name end, r.topic,
	       r.archived_at is not null, r.seq, r.direct_low, r.direct_high, coalesce(me.role, ''), coalesce(me.read_seq, 0),
	       unread.total, naming.total, latest.id, latest.sender_id, latest.text, latest.created_at
	  from chat.rooms r
	  left join chat.members me on me.room_id = r.id and me.user_id = $1
	  left join account.users other on other.id = case when r.direct_low = $1 then r.direct_high else r.direct_low end
	 cross join lateral (
	       select count(*) as total
	         from (select
	                 from (select m.sender_id
	                         from chat.messages m
	                        where m.room_id = r.id and m.created_seq > me.read_seq and m.deleted_at is null
	                        order by m.created_seq desc
	                        limit %[2]d) newest
	                where sender_id <> $1
	                limit %[1]d) counted) unread
	 cross join lateral (
	       select count(*) as total
	         from (select
	                 from chat.mentions n
	                where n.user_id = $1 and n.room_id = r.id and n.created_seq > me.read_seq
	                limit %[1]d) counted) naming
	  left join lateral (
	       select m.id, m.sender_id, m.text, m.created_at
	         from chat.messages m
	        where m.room_id = r.id and m.deleted_at is null
	        order by m.id desc
	        limit 1) latest on true`, maxUnread, maxExamined)

// roomIsVisible is the condition that the user $1 may see the room r; me is their row in chat.members.
const roomIsVisible = ` (r.kind = 'public' or me.user_id is not null)`

// roomFor returns the room as the user sees it; 404 if there is none or the user may not see it.
func roomFor(ctx context.Context, db postgres.Queryer, userID, roomID int64) (Room, error) {
	rows, err := db.Query(ctx, selectRooms+` where r.id = $2 and`+roomIsVisible, userID, roomID)
	if err != nil {
		return Room{}, fmt.Errorf("read the room: %w", err)
	}
	room, err := pgx.CollectExactlyOneRow(rows, scanRoom(userID))
	if errors.Is(err, pgx.ErrNoRows) {
		return Room{}, fault.NotFound()
	}
	return room, wrap("read the room", err)
}

// access is roomFor without names and counts, for actions on a hot path.
func access(ctx context.Context, db postgres.Queryer, userID, roomID int64) (Room, error) {
	var room Room
	err := db.QueryRow(ctx, `
		select r.id, r.kind, r.archived_at is not null, r.seq, coalesce(me.role, ''), coalesce(me.read_seq, 0)
		  from chat.rooms r
		  left join chat.members me on me.room_id = r.id and me.user_id = $1
		 where r.id = $2 and`+roomIsVisible, userID, roomID).
		Scan(&room.ID, &room.Kind, &room.Archived, &room.Seq, &room.Role, &room.ReadSeq)
	if errors.Is(err, pgx.ErrNoRows) {
		return room, fault.NotFound()
	}
	return room, wrap("read the room", err)
}

// roomsOf returns the rooms that the user is a member of, by name, direct rooms last.
func roomsOf(ctx context.Context, db postgres.Queryer, userID int64) ([]Room, error) {
	return manyRooms(ctx, db, `
		 where me.user_id is not null
		 order by r.kind = 'direct', lower(r.name), lower(other.full_name), r.id`, userID)
}

// publicRooms returns all public rooms by name, archived ones last.
func publicRooms(ctx context.Context, db postgres.Queryer, userID int64) ([]Room, error) {
	return manyRooms(ctx, db, ` where r.kind = 'public' order by r.archived_at is not null, lower(r.name), r.id`, userID)
}

func manyRooms(ctx context.Context, db postgres.Queryer, where string, userID int64) ([]Room, error) {
	rows, err := db.Query(ctx, selectRooms+where, userID)
	if err != nil {
		return nil, fmt.Errorf("read rooms: %w", err)
	}
	rooms, err := pgx.CollectRows(rows, scanRoom(userID))
	return rooms, wrap("read rooms", err)
}

func scanRoom(userID int64) pgx.RowToFunc[Room] {
	return func(row pgx.CollectableRow) (r Room, err error) {
		var (
			low, high, last, lastBy *int64
			name, lastText          *string
			lastAt                  *time.Time
		)
		err = row.Scan(&r.ID, &r.Kind, &name, &r.Topic, &r.Archived, &r.Seq, &low, &high, &r.Role, &r.ReadSeq,
			&r.Unread, &r.Mentions, &last, &lastBy, &lastText, &lastAt)
		if err != nil {
			return r, err
		}
		r.Name = *name
		r.With = otherOf(userID, low, high)
		if last != nil {
			r.LastMessage = &LastMessage{ID: *last, SenderID: *lastBy, Text: *lastText, CreatedAt: wire.Time(*lastAt)}
		}
		return r, nil
	}
}

// createRoom creates a public or private room with its owner and members; 409 if another public room has the name.
func createRoom(
	ctx context.Context, tx pgx.Tx, kind Kind, name, topic string, owner int64, members []int64,
) (id int64, err error) {
	err = tx.QueryRow(ctx, `
		insert into chat.rooms (kind, name, topic) values ($1, $2, $3) returning id`, kind, name, topic).Scan(&id)
	if postgres.Violates(err, "public_room_name") {
		return 0, fault.Conflict("A public room with this name already exists.")
	}
	if err != nil {
		return 0, fmt.Errorf("create the room: %w", err)
	}
	if _, err := addMembers(ctx, tx, id, Owner, owner); err != nil {
		return 0, err
	}
	_, err = addMembers(ctx, tx, id, Member, members...)
	return id, err
}

// directRoom finds or creates the direct room of two users, who may be the same one, and makes both of them members. It
// returns those who were not members before.
func directRoom(ctx context.Context, tx pgx.Tx, a, b int64) (id int64, added []int64, err error) {
	err = tx.QueryRow(ctx, `
		insert into chat.rooms (kind, name, direct_low, direct_high)
		values ('direct', '', least($1::bigint, $2), greatest($1::bigint, $2))
		    on conflict (direct_low, direct_high) do update set kind = 'direct'
		returning id`, a, b).Scan(&id)
	if err != nil {
		return 0, nil, fmt.Errorf("find or create the direct room: %w", err)
	}
	added, err = addMembers(ctx, tx, id, Member, a, b)
	return id, added, err
}

// updateRoom changes the properties that are not nil; 409 if another public room has the name.
func updateRoom(ctx context.Context, db postgres.Queryer, id int64, name, topic *string, archived *bool) error {
	_, err := db.Exec(ctx, `
		update chat.rooms
		   set name = coalesce($2, name), topic = coalesce($3, topic),
		       archived_at = case when $4::bool is null then archived_at
		                          when $4 then coalesce(archived_at, now()) end
		 where id = $1`, id, name, topic, archived)
	if postgres.Violates(err, "public_room_name") {
		return fault.Conflict("A public room with this name already exists.")
	}
	return wrap("update the room", err)
}

// addMembers adds the users who are not members yet, and returns them. Earlier messages are not unread for them. The
// error is a 404 if one of the users does not exist.
func addMembers(ctx context.Context, tx pgx.Tx, roomID int64, role Role, people ...int64) (added []int64, err error) {
	rows, err := tx.Query(ctx, `
		insert into chat.members (room_id, user_id, role, read_seq)
		select r.id, person, $2, r.seq
		  from chat.rooms r, unnest($3::bigint[]) as person
		 where r.id = $1
		    on conflict do nothing
		returning user_id`, roomID, role, orEmpty(people))
	if err != nil {
		return nil, fmt.Errorf("add members: %w", err)
	}
	added, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	if postgres.Violates(err, "members_user_id_fkey") {
		return nil, fault.NotFound()
	}
	return added, wrap("add members", err)
}

// removeMember removes the user from the members; 404 if they are not a member. If the room, unless it is a direct one,
// has no owner left, the member who joined first becomes its owner.
func removeMember(ctx context.Context, tx pgx.Tx, roomID, userID int64) error {
	deleted, err := tx.Exec(ctx, `delete from chat.members where room_id = $1 and user_id = $2`, roomID, userID)
	if err != nil {
		return fmt.Errorf("remove the member: %w", err)
	}
	if deleted.RowsAffected() == 0 {
		return fault.NotFound()
	}
	_, err = tx.Exec(ctx, `
		update chat.members
		   set role = 'owner'
		 where room_id = $1
		   and not exists (select from chat.members where room_id = $1 and role = 'owner')
		   and exists (select from chat.rooms where id = $1 and kind <> 'direct')
		   and user_id = (select user_id from chat.members where room_id = $1 order by joined_at, user_id limit 1)`, roomID)
	return wrap("appoint a new owner", err)
}

// lockRoom locks the room's row until the transaction ends, so that its last two owners cannot leave at the same time.
func lockRoom(ctx context.Context, tx pgx.Tx, roomID int64) error {
	_, err := tx.Exec(ctx, `select from chat.rooms where id = $1 for update`, roomID)
	return wrap("lock the room", err)
}

// seqsAndRemoved returns the seqs of the listeners' rooms, by room, and the listeners who may no longer see their room.
// Rooms that do not exist any more are left out.
func seqsAndRemoved(
	ctx context.Context, db postgres.Queryer, all []listener,
) (seqs map[int64]int64, removed []listener, err error) {
	rooms, users := make([]int64, len(all)), make([]int64, len(all))
	for i, l := range all {
		rooms[i], users[i] = l.roomID, l.userID
	}
	rows, err := db.Query(ctx, `
		select r.id, r.seq,
		       array_remove(array_agg(case when r.kind <> 'public' and me.user_id is null then here.user_id end), null)
		  from unnest($1::bigint[], $2::bigint[]) here (room_id, user_id)
		  join chat.rooms r on r.id = here.room_id
		  left join chat.members me on me.room_id = r.id and me.user_id = here.user_id
		 group by r.id`, rooms, users)
	if err != nil {
		return nil, nil, fmt.Errorf("read the seqs of open rooms: %w", err)
	}
	seqs = map[int64]int64{}
	var id, seq int64
	var out []int64
	_, err = pgx.ForEachRow(rows, []any{&id, &seq, &out}, func() error {
		seqs[id] = seq
		for _, userID := range out {
			removed = append(removed, listener{id, userID})
		}
		return nil
	})
	return seqs, removed, wrap("read the seqs of open rooms", err)
}

// membersOf returns the members of the room with their roles: owners first, then by name. Of their profiles it sets
// only the ids; see fillMembers.
func membersOf(ctx context.Context, db postgres.Queryer, roomID int64) ([]Participant, error) {
	rows, err := db.Query(ctx, `
		select m.user_id, m.role
		  from chat.members m
		  join account.users u on u.id = m.user_id
		 where m.room_id = $1
		 order by m.role <> 'owner', lower(u.full_name), u.id`, roomID)
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	members, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p Participant, err error) {
		err = row.Scan(&p.User.ID, &p.Role)
		return p, err
	})
	return members, wrap("read members", err)
}

// markRead moves the user's readSeq forward to seq, never back and never past the room's seq, and reports whether it
// moved.
func markRead(ctx context.Context, db postgres.Queryer, roomID, userID, seq int64) (bool, error) {
	tag, err := db.Exec(ctx, `
		update chat.members m
		   set read_seq = least($3, r.seq)
		  from chat.rooms r
		 where m.room_id = $1 and m.user_id = $2 and r.id = m.room_id
		   and m.read_seq < least($3, r.seq)`, roomID, userID, seq)
	return tag.RowsAffected() > 0, wrap("mark the room as read", err)
}

// otherOf returns the other user of a direct room, or the user in a room with themselves; 0 if there is no pair.
func otherOf(userID int64, low, high *int64) int64 {
	switch {
	case low == nil || high == nil:
		return 0
	case *low == userID:
		return *high
	}
	return *low
}

// visibleOf returns those of the rooms that the user may see.
func visibleOf(ctx context.Context, db postgres.Queryer, userID int64, ids []int64) ([]int64, error) {
	rows, err := db.Query(ctx, `
		select r.id
		  from chat.rooms r
		  left join chat.members me on me.room_id = r.id and me.user_id = $1
		 where r.id = any ($2) and`+roomIsVisible, userID, ids)
	if err != nil {
		return nil, fmt.Errorf("read which rooms are visible: %w", err)
	}
	visible, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return visible, wrap("read which rooms are visible", err)
}
