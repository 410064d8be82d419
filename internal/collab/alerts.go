package collab

import (
	"context"
	"time"
)

// Alert is a comment that concerns somebody.
type Alert struct {
	CommentID, ThreadID, DocID int64
	UserID, AuthorID           int64
	Mentioned                  bool // else it answers them
	Title                      string
	Text                       string
	At                         time.Time
}

// Notifier tells people what concerns them. It is called until it returns nil,
// so the same alert may come twice.
type Notifier interface {
	Notify(ctx context.Context, a Alert) error
}

// tellAlerts tells whom comments concern, and forgets that only then: after a
// crash they are told again.
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
