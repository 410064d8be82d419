package collab

import (
	"testing"
	"testing/synctest"

	"hubbub/internal/postgres"
)

func TestDocumentTurnTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turn := newTurn()
		turn.Lock()
		if err := turn.LockWithin(t.Context()); !postgres.Unavailable(err) {
			t.Errorf("somebody has the turn for ever, yet: %v", err)
		}
		turn.Unlock()
		if err := turn.LockWithin(t.Context()); err != nil {
			t.Errorf("nobody has the turn, yet: %v", err)
		}
	})
}
