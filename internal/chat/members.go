package chat

import (
	"context"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/hub"
)

// Members returns the members of a room with their roles, owners first.
func (s *Service) Members(ctx context.Context, who account.User, roomID int64) ([]Participant, error) {
	if _, err := access(ctx, s.db, who.ID, roomID); err != nil {
		return nil, err
	}
	members, err := membersOf(ctx, s.db, roomID)
	if err != nil {
		return nil, err
	}
	return members, s.fillMembers(ctx, members)
}

// AddMember makes userID a member of the room: the caller joins a public room, or a member invites another user. If
// userID is a member already, nothing changes and no event is sent.
func (s *Service) AddMember(
	ctx context.Context, from *hub.Conn, who account.User, roomID, userID int64,
) ([]Participant, error) {
	room, err := access(ctx, s.db, who.ID, roomID)
	if err != nil {
		return nil, err
	}
	if room.Kind == Direct {
		return nil, fault.Conflict("A direct message is for two people. Create a private room to add more.")
	}
	if room.Role == "" && userID != who.ID {
		return nil, fault.Forbidden("Join the room before you invite people.")
	}
	var added []int64
	err = postgres.InTx(ctx, s.db, func(tx postgres.Tx) (err error) {
		if added, err = addMembers(ctx, tx, roomID, Member, userID); err != nil {
			return err
		}
		if err := grantMembers(ctx, s.index, tx, room.Kind, roomID, added); err != nil {
			return err
		}
		return enqueueInvitations(ctx, tx, roomID, who.ID, added)
	})
	if err != nil {
		return nil, err
	}
	s.alerts.wake.Signal()
	s.index.Changed()
	members, err := s.Members(ctx, who, roomID)
	if err != nil || len(added) == 0 {
		return members, err
	}
	s.publishMembership(ctx, hub.AddedTo, roomID, userID, members, from)
	return members, nil
}

// RemoveMember removes userID from the room: the caller leaves, or an owner removes another member. Before it returns,
// it evicts the user's connections from the room, as package hub guarantees it ("Joining and eviction"). A public room
// may still be read and joined by the user.
func (s *Service) RemoveMember(ctx context.Context, from *hub.Conn, who account.User, roomID, userID int64) error {
	room, err := access(ctx, s.db, who.ID, roomID)
	if err != nil {
		return err
	}
	if userID != who.ID && !room.mayManage(who) {
		return fault.Forbidden("Only room owners can remove members.")
	}
	var remaining []Participant
	err = postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		if err := lockRoom(ctx, tx, roomID); err != nil {
			return err
		}
		if err := removeMember(ctx, tx, roomID, userID); err != nil {
			return err
		}
		if err := s.index.Revoke(ctx, tx, memberScope(roomID), userID); err != nil {
			return err
		}
		remaining, err = membersOf(ctx, tx, roomID)
		return err
	})
	if err != nil {
		return err
	}
	s.index.Changed()
	s.hub.Evict(userID, hubRoom(roomID), hub.RecordRoom(resource, roomID))
	s.publishMembership(ctx, hub.RemovedFrom, roomID, userID, remaining, from)
	return nil
}

// publishMembership publishes that userID was added or removed, to the members and to the user.
func (s *Service) publishMembership(
	ctx context.Context, verb hub.Verb, roomID, userID int64, members []Participant, from *hub.Conn,
) {
	audience := []int64{userID}
	for _, m := range members {
		if m.User.ID != userID {
			audience = append(audience, m.User.ID)
		}
	}
	change := hub.Change{Verb: verb, ID: roomID, Data: Membership{User: s.profile(ctx, userID)}}
	s.hub.Publish(ctx, resource, change, hub.Users(audience...), from)
}
