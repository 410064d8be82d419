package collab

import (
	"context"
	"time"

	"hubbub/internal/base/loop"
	"hubbub/internal/base/outbox"
)

// Alert is a notification that a comment causes.
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

// alertEntry is an entry of the outbox: the alert's comment and user.
type alertEntry struct {
	commentID, userID int64
	mentioned         bool
}

// newAlerts returns the transactional outbox of alerts. The comment's transaction adds the
// entries.
func newAlerts(s *Service, wake loop.Wake) *outbox.Outbox[alertEntry] {
	return outbox.New(s.db, outbox.Config[alertEntry]{Name: "collab-alerts", Table: alertTable, Do: s.deliverAlert, Wake: wake})
}

// deliverAlert passes the alert to the notifier, with the comment as it is now.
func (s *Service) deliverAlert(ctx context.Context, e alertEntry) error {
	a, err := alertOf(ctx, s.db, e)
	if isGone(err) {
		return nil // the comment was deleted
	}
	if err != nil {
		return err
	}
	return s.notifier.Notify(ctx, a)
}

// AlertStats returns the state of the transactional outbox.
func (s *Service) AlertStats() outbox.Stats { return s.alerts.Stats() }
