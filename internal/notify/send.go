package notify

import (
	"context"

	"hubbub/internal/base/postgres"
)

// Send stores the notification and sends it to the user's connections. All
// features send through it, each with an adapter. It does nothing if the user got
// the same key before, so a caller that does not know whether an earlier call
// succeeded calls again. A notification that the user's preferences hide is stored
// as well: its key must not be accepted later, and Why explains it. The error is
// 404 if there is no such user.
func (s *Service) Send(ctx context.Context, n Notification) error {
	if err := n.check(); err != nil {
		return err
	}
	if n.At.IsZero() {
		n.At = s.now()
	}
	where := s.presence.Attending(ctx, n.UserID)
	return s.change(ctx, n.UserID, func(tx postgres.Tx, seq int64) error {
		sentBefore, err := hasCause(ctx, tx, n.UserID, n.Key)
		if err != nil {
			return err
		}
		if sentBefore {
			return errUnchanged
		}
		p, err := preferencesOf(ctx, tx, n.UserID)
		if err != nil {
			return err
		}
		why := newWhy(n, p, where, s.now())
		id, err := storeNotification(ctx, tx, n, seq, why)
		if err != nil || !why.Result.Push.undecided() {
			return err
		}
		return schedulePush(ctx, tx, id, s.now().Add(s.pushAfter))
	})
}

// storeNotification adds n to the user's unread notification of its group, or
// inserts a new one. An n that is read may join one that is read, too.
func storeNotification(ctx context.Context, tx postgres.Tx, n Notification, seq int64, why Why) (id int64, err error) {
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
	return id, writeText(ctx, tx, id, g)
}

// Withdraw removes the causes of the key, and of keys under it, from the
// notifications of all users, with their text. A notification with other causes
// stays.
func (s *Service) Withdraw(ctx context.Context, key string) error {
	return s.changeCauses(ctx, key, func(tx postgres.Tx, userID int64) ([]int64, error) {
		return withdrawCauses(ctx, tx, key, userID)
	})
}

// Reword changes the message of the causes of the key, for all users.
func (s *Service) Reword(ctx context.Context, key, message string) error {
	return s.changeCauses(ctx, key, func(tx postgres.Tx, userID int64) ([]int64, error) {
		return rewordCauses(ctx, tx, key, userID, message)
	})
}

// changeCauses calls do for each user with a cause of the key, in a transaction of
// its own, and refreshes the notifications whose ids do returns.
func (s *Service) changeCauses(
	ctx context.Context, key string, do func(tx postgres.Tx, userID int64) (notifications []int64, err error),
) error {
	users, err := usersWithCause(ctx, s.db, key)
	if err != nil {
		return err
	}
	for _, userID := range users {
		err := s.change(ctx, userID, func(tx postgres.Tx, seq int64) error {
			ids, err := do(tx, userID)
			if err != nil {
				return err
			}
			for _, id := range ids {
				if err := s.refresh(ctx, tx, userID, id, seq); err != nil {
					return err
				}
			}
			return orUnchanged(len(ids) > 0, nil)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// refresh derives the notification's text from its causes again, or removes it if
// it has none left.
func (s *Service) refresh(ctx context.Context, tx postgres.Tx, userID, id, seq int64) error {
	g, err := groupOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if g.causes == 0 {
		_, err := remove(ctx, tx, userID, id, seq, s.now())
		return err
	}
	if err := markUpdated(ctx, tx, id, seq); err != nil {
		return err
	}
	return writeText(ctx, tx, id, g)
}
