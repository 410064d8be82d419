package collab

import (
	"context"
	"time"
)

// Alert is a notification that a comment causes: an entry of the transactional outbox.
type Alert struct {
	CommentID, ThreadID, DocID int64
	UserID, AuthorID           int64
	Mentioned                  bool // false: the comment is in a thread that the user has commented in
	Title                      string
	Text                       string
	At                         time.Time
}

// Notifier notifies users. It is called until it returns nil, so it may get the same
// alert twice.
type Notifier interface {
	Notify(ctx context.Context, a Alert) error
}

// deliverAlerts passes the pending alerts to the notifier, and deletes each afterwards:
// after a crash it is delivered again.
func (s *Service) deliverAlerts(ctx context.Context) error {
	if s.notifier == nil {
		return nil
	}
	alerts, err := pendingAlerts(ctx, s.db)
	if err != nil {
		return err
	}
	for _, a := range alerts {
		if err := s.notifier.Notify(ctx, a); err != nil {
			return err
		}
		if err := deleteAlert(ctx, s.db, a); err != nil {
			return err
		}
	}
	return nil
}
