package dashboard

import (
	"context"
	"time"

	"hubbub/internal/base/postgres"
)

// announceEvery is how often the outbox is read for orders whose node stopped, or whose
// notification failed, before the admins were notified.
const announceEvery = 5 * time.Second

// announceAll notifies the admins of each order in the outbox. The order's transaction added
// the entry; the transaction around the notification deletes it. After a crash in between the
// notification is sent again: it is sent at least once.
func (s *Service) announceAll(ctx context.Context) error {
	for {
		var more bool
		err := postgres.InTx(ctx, s.db, func(tx postgres.Tx) (err error) {
			var o Order
			if o, more, err = takeAnnouncement(ctx, tx); err != nil || !more {
				return err
			}
			return s.config.Notifier.OrderPlaced(ctx, o)
		})
		if err != nil || !more {
			return err
		}
	}
}
