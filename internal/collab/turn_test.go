package collab

import (
	"testing"
	"testing/synctest"

	"hubbub/internal/base/postgres"
)

func TestDocumentTurnTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turn := newTurn()
		turn.Lock()
		if err := turn.LockWithin(t.Context()); !postgres.Unavailable(err) {
			t.Errorf("LockWithin of a held turn returns %v", err)
		}
		turn.Unlock()
		if err := turn.LockWithin(t.Context()); err != nil {
			t.Errorf("LockWithin of a free turn returns %v", err)
		}
	})
}
