package dashboard

import (
	"context"
	"net/http"

	"hubbub/internal/base/fault"
	"hubbub/internal/base/loop"
	"hubbub/internal/base/outbox"
)

// newAnnouncements returns the transactional outbox of the orders that the admins are to
// be notified of. The order's transaction adds the entry.
func newAnnouncements(s *Service, wake loop.Wake) *outbox.Outbox[int64] {
	return outbox.New(s.db, outbox.Config[int64]{
		Name: "dashboard-announcements", Table: announcementTable, Do: s.announce, Wake: wake,
	})
}

// announce notifies the admins of the order. It may do so again for the same order.
func (s *Service) announce(ctx context.Context, orderID int64) error {
	o, err := orderByID(ctx, s.db, orderID)
	if fault.Is(err, http.StatusNotFound) {
		return nil // it was deleted
	}
	if err != nil {
		return err
	}
	return s.config.Notifier.OrderPlaced(ctx, o)
}

// AnnouncementStats returns the state of the transactional outbox.
func (s *Service) AnnouncementStats() outbox.Stats { return s.announcements.Stats() }
