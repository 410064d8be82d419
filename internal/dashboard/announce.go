package dashboard

import (
	"context"
	"time"

	"hubbub/internal/postgres"
)

// announceEvery is how often orders are looked for whose admins were not told,
// because the node that took them went, or the telling failed.
const announceEvery = 5 * time.Second

// announceAll has the admins told of each order that somebody has placed. An
// announcement is written in the order's transaction and goes with the one in
// which it was told: a crash between the two tells again, and never not at all.
func (s *Service) announceAll(ctx context.Context) error {
	for {
		var more bool
		err := postgres.InTx(ctx, s.db, func(tx postgres.Tx) (err error) {
			var o Order
			if o, more, err = unannounced(ctx, tx); err != nil || !more {
				return err
			}
			return s.config.Notifier.OrderPlaced(ctx, o)
		})
		if err != nil || !more {
			return err
		}
	}
}
