package notify

import (
	"context"

	"hubbub/internal/postgres"
)

// Send keeps the notification and tells its person. It is the one door: each
// feature has an adapter that leads here. Nothing happens when the person was
// told of the same key before, so whoever is not sure sends again. One that
// their preferences keep out of the bell is kept, too: so it is once all the
// same, and tells why nothing came. 404 when there is no such person.
func (s *Service) Send(ctx context.Context, n Notification) error {
	if err := n.check(); err != nil {
		return err
	}
	if n.At.IsZero() {
		n.At = s.now()
	}
	where := s.presence.Attending(ctx, n.UserID)
	return s.change(ctx, n.UserID, func(tx postgres.Tx, seq int64) error {
		told, err := hasCause(ctx, tx, n.UserID, n.Key)
		if err != nil || told {
			return unless(!told, err)
		}
		p, err := preferencesOf(ctx, tx, n.UserID)
		if err != nil {
			return err
		}
		why := explain(n, p, where, s.now())
		id, err := put(ctx, tx, n, seq, why)
		if err != nil || !why.Result.Push.open() {
			return err
		}
		return duePush(ctx, tx, id, s.now().Add(s.pushAfter))
	})
}

// put adds the notification to an unread one of its group, or makes a new one.
// What its person knows joins any of the group.
func put(ctx context.Context, tx postgres.Tx, n Notification, seq int64, why Why) (id int64, err error) {
	if n.GroupKey != "" {
		if id, err = joinGroup(ctx, tx, n, seq, why); err != nil {
			return 0, err
		}
	}
	if id == 0 {
		if id, err = addNotification(ctx, tx, n, seq, why); err != nil {
			return 0, err
		}
	}
	if err := addCause(ctx, tx, id, n); err != nil {
		return 0, err
	}
	g, err := groupOf(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	return id, writeWords(ctx, tx, id, g)
}

// Withdraw takes back, from everybody, what was told of the key and of what is
// under it: nothing of what it said is kept. A group goes on with the rest.
func (s *Service) Withdraw(ctx context.Context, key string) error {
	return s.rewrite(ctx, key, func(tx postgres.Tx, userID int64) ([]int64, error) {
		return withdrawCauses(ctx, tx, key, userID)
	})
}

// Reword changes the message of what everybody was told of the key.
func (s *Service) Reword(ctx context.Context, key, message string) error {
	return s.rewrite(ctx, key, func(tx postgres.Tx, userID int64) ([]int64, error) {
		return rewordCauses(ctx, tx, key, userID, message)
	})
}

// rewrite changes the causes of a key, person by person, and then what their
// notifications say.
func (s *Service) rewrite(ctx context.Context, key string, do func(postgres.Tx, int64) (notifications []int64, err error)) error {
	people, err := peopleWith(ctx, s.db, key)
	if err != nil {
		return err
	}
	for _, userID := range people {
		err := s.change(ctx, userID, func(tx postgres.Tx, seq int64) error {
			ids, err := do(tx, userID)
			if err != nil {
				return err
			}
			for _, id := range ids {
				if err := s.reconsider(ctx, tx, userID, id, seq); err != nil {
					return err
				}
			}
			return unless(len(ids) > 0, nil)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// reconsider makes the notification say what its causes do now. Without any it
// is removed.
func (s *Service) reconsider(ctx context.Context, tx postgres.Tx, userID, id, seq int64) error {
	g, err := groupOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if g.causes == 0 {
		_, err := remove(ctx, tx, userID, id, seq, s.now())
		return err
	}
	if err := touch(ctx, tx, id, seq); err != nil {
		return err
	}
	return writeWords(ctx, tx, id, g)
}
