package collab

import (
	"context"
	"slices"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/hub"
)

// Members lists the users that the document is shared with. The error is 404 if the user
// may not read it.
func (s *Service) Members(ctx context.Context, userID, docID int64) ([]Member, error) {
	if _, err := editionFor(ctx, s.db, docID, userID); err != nil {
		return nil, err
	}
	members, err := membersOf(ctx, s.db, docID)
	if err != nil {
		return nil, err
	}
	profiles, err := s.people.Profiles(ctx, idsOf(members))
	if err != nil {
		return nil, err
	}
	for i := range members {
		members[i].User = profiles[members[i].User.ID]
	}
	return members, nil
}

func idsOf(members []Member) []int64 {
	ids := make([]int64, len(members))
	for i, m := range members {
		ids[i] = m.User.ID
	}
	return ids
}

// Share gives a user a role, or changes it, and returns all members. For owners; the
// document keeps at least one. If the user has the role already, nothing is published.
func (s *Service) Share(ctx context.Context, from *hub.Conn, userID, docID, member int64, role Role) ([]Member, error) {
	if !role.valid() {
		return nil, fault.Invalid("role", "must be owner, editor or viewer")
	}
	changed := false
	err := s.membership(ctx, docID, userID, 0, member, func(tx postgres.Tx) (err error) {
		changed, err = setMember(ctx, tx, docID, member, role)
		return err
	})
	if err != nil {
		return nil, err
	}
	members, err := s.Members(ctx, userID, docID)
	if err == nil && changed {
		s.publishMembership(ctx, hub.AddedTo, docID, member, members, from)
	}
	return members, err
}

// Unshare removes a member. For owners; every member may remove themselves. The
// document keeps at least one owner. The error is 404 if there is no such member.
func (s *Service) Unshare(ctx context.Context, from *hub.Conn, userID, docID, member int64) error {
	var members []Member
	err := s.membership(ctx, docID, userID, member, member, func(tx postgres.Tx) (err error) {
		was, err := removeMember(ctx, tx, docID, member)
		if err == nil && !was {
			return fault.NotFound()
		}
		members, err = membersOf(ctx, tx, docID)
		return err
	})
	if err != nil {
		return err
	}
	s.hub.Evict(member, hub.RecordRoom(Resource, docID))
	s.publishMembership(ctx, hub.RemovedFrom, docID, member, members, from)
	return nil
}

// membership runs do, which changes a member, and then makes every node check the rights.
// For owners, and for the leaver if it is not 0.
func (s *Service) membership(ctx context.Context, docID, userID, leaver, member int64, do func(postgres.Tx) error) error {
	err := s.locked(ctx, docID, userID, func(tx postgres.Tx, role Role) error {
		if role != Owner && userID != leaver {
			return fault.Forbidden("Only owners can do that.")
		}
		if err := do(tx); err != nil {
			return err
		}
		if err := keepsOwner(ctx, tx, docID); err != nil {
			return err
		}
		return s.putEntry(ctx, tx, docID, member)
	})
	if err == nil {
		s.publishRightsChange(ctx, docID)
		s.index.Changed()
	}
	return err
}

// keepsOwner returns an error if the document has no owner.
func keepsOwner(ctx context.Context, tx postgres.Tx, docID int64) error {
	members, err := membersOf(ctx, tx, docID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(members, func(m Member) bool { return m.Role == Owner }) {
		return fault.Conflict("A document needs an owner. Make someone else an owner first.")
	}
	return nil
}

// publishMembership publishes the change to all members and the changed one.
func (s *Service) publishMembership(
	ctx context.Context, verb hub.Verb, docID, member int64, members []Member, from *hub.Conn,
) {
	profiles, err := s.people.Profiles(ctx, []int64{member})
	if err != nil {
		s.logError("publish a change of members", err)
		return
	}
	change := hub.Change{Verb: verb, ID: docID, Data: map[string]account.Profile{"user": profiles[member]}}
	s.hub.Publish(ctx, Resource, change, hub.Users(sortedUnique(append(idsOf(members), member))...), from)
}
