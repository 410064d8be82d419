package chat

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/hub"
)

// Rooms returns the rooms that the user is a member of or, if public is true, every public room. If conn is not nil, it
// is subscribed to these rooms and to new ones.
func (s *Service) Rooms(ctx context.Context, conn *hub.Conn, who account.User, public bool) ([]Room, error) {
	if conn != nil {
		s.hub.Watch(conn, resource)
	}
	list := roomsOf
	if public {
		list = publicRooms
	}
	rooms, err := list(ctx, s.db, who.ID)
	if err != nil || conn == nil {
		return rooms, err
	}
	return rooms, s.subscribe(ctx, conn, who, rooms)
}

// subscribe subscribes the connection to the rooms, then reads the user's rights again: the user may have been removed
// from a room since the list was read.
func (s *Service) subscribe(ctx context.Context, conn *hub.Conn, who account.User, rooms []Room) error {
	ids := make([]int64, len(rooms))
	for i, r := range rooms {
		ids[i] = r.ID
	}
	s.hub.Subscribe(conn, resource, ids...)
	visible, err := visibleOf(ctx, s.db, who.ID, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !slices.Contains(visible, id) {
			s.hub.Unsubscribe(conn, resource, id)
		}
	}
	return nil
}

// Room returns the room as the user sees it; 404 if there is none or the user may not see it.
func (s *Service) Room(ctx context.Context, who account.User, id int64) (Room, error) {
	return roomFor(ctx, s.db, who.ID, id)
}

// NewRoom is a room to create.
type NewRoom struct {
	Name, Topic string
	Kind        Kind
	Members     []int64
}

// Create creates a public or private room, with the user as its owner. It notifies the other members.
func (s *Service) Create(ctx context.Context, from *hub.Conn, who account.User, n NewRoom) (Room, error) {
	n.Name, n.Topic = strings.TrimSpace(n.Name), strings.TrimSpace(n.Topic)
	if err := n.check(); err != nil {
		return Room{}, err
	}
	var id int64
	err := postgres.InTx(ctx, s.db, func(tx postgres.Tx) (err error) {
		if id, err = createRoom(ctx, tx, n.Kind, n.Name, n.Topic, who.ID, n.Members); err != nil {
			return err
		}
		if err := enqueueInvitations(ctx, tx, id, who.ID, n.Members); err != nil {
			return err
		}
		return s.indexRoom(ctx, tx, id)
	})
	if err != nil {
		return Room{}, err
	}
	s.alerts.wake.Signal()
	s.index.Changed()
	return s.publishCreated(ctx, from, who, id, append(n.Members, who.ID)...)
}

func (n NewRoom) check() error {
	if n.Kind != Public && n.Kind != Private {
		return fault.Invalid("kind", "must be public or private")
	}
	if len(n.Members) > maxInvited {
		return fault.Invalid("memberIds", fmt.Sprintf("must be %d people or fewer", maxInvited))
	}
	if err := checkName(n.Name); err != nil {
		return err
	}
	return checkTopic(n.Topic)
}

// Direct returns the direct room with the other user, and creates it if there is none. A user who had left the room
// becomes a member of it again. Only the users who were not members get the room's created event.
func (s *Service) Direct(ctx context.Context, from *hub.Conn, who account.User, other int64) (Room, error) {
	profiles, err := s.people.Profiles(ctx, []int64{other})
	if err != nil {
		return Room{}, err
	}
	if _, ok := profiles[other]; !ok {
		return Room{}, fault.NotFound()
	}
	var id int64
	var added []int64
	err = postgres.InTx(ctx, s.db, func(tx postgres.Tx) (err error) {
		if id, added, err = directRoom(ctx, tx, who.ID, other); err != nil || len(added) == 0 {
			return err
		}
		return grantMembers(ctx, s.index, tx, Direct, id, added)
	})
	if err != nil {
		return Room{}, err
	}
	s.index.Changed()
	return s.publishCreated(ctx, from, who, id, added...)
}

// publishCreated publishes the new room: a public room to every watcher of rooms, another room to the given people, to
// each as they see it, because a direct room has the name of the other user.
func (s *Service) publishCreated(
	ctx context.Context, from *hub.Conn, who account.User, id int64, people ...int64,
) (Room, error) {
	room, err := roomFor(ctx, s.db, who.ID, id)
	if err != nil {
		return room, err
	}
	if from != nil {
		s.hub.Subscribe(from, resource, id)
	}
	if room.Kind == Public {
		change := hub.Change{Verb: hub.Created, ID: id, Data: room.withoutUser()}
		s.hub.Publish(ctx, resource, change, hub.Subscribers, from)
		return room, nil
	}
	for _, person := range slices.Compact(slices.Sorted(slices.Values(people))) {
		theirs, err := roomFor(ctx, s.db, person, id)
		if err != nil {
			return room, err
		}
		s.hub.Publish(ctx, resource, hub.Change{Verb: hub.Created, ID: id, Data: theirs}, hub.Users(person), from)
	}
	return room, nil
}

// withoutUser returns the room without the read mark and the counts of one user, for an event to every user.
func (r Room) withoutUser() Room {
	r.ReadSeq, r.Unread, r.Mentions = 0, 0, 0
	return r
}

// RoomChange is a change of a room's properties. Those that are nil stay as they are.
type RoomChange struct {
	Name, Topic *string
	Archived    *bool
}

// Update renames a room, changes its topic, archives or unarchives it. The room's owners and the instance's admins may
// do so. If nothing changes, it publishes no event.
func (s *Service) Update(ctx context.Context, from *hub.Conn, who account.User, id int64, ch RoomChange) (Room, error) {
	before, err := roomFor(ctx, s.db, who.ID, id)
	if err != nil {
		return before, err
	}
	if !before.mayManage(who) {
		return before, fault.Forbidden("Only room owners can change the room.")
	}
	if err := ch.check(); err != nil {
		return before, err
	}
	err = postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		if err := updateRoom(ctx, tx, id, ch.Name, ch.Topic, ch.Archived); err != nil {
			return err
		}
		return s.indexRoom(ctx, tx, id)
	})
	if err != nil {
		return before, err
	}
	s.index.Changed()
	room, err := roomFor(ctx, s.db, who.ID, id)
	if err != nil || room.properties() == before.properties() {
		return room, err
	}
	change := hub.Change{Verb: hub.Updated, ID: id, Data: room.properties(), Previous: before.properties()}
	s.hub.Publish(ctx, resource, change, hub.Subscribers, from)
	return room, nil
}

func (ch *RoomChange) check() error {
	if ch.Name != nil {
		*ch.Name = strings.TrimSpace(*ch.Name)
		if err := checkName(*ch.Name); err != nil {
			return err
		}
	}
	if ch.Topic != nil {
		*ch.Topic = strings.TrimSpace(*ch.Topic)
		return checkTopic(*ch.Topic)
	}
	return nil
}

func (r Room) properties() Properties { return Properties{r.Name, r.Topic, r.Archived} }
