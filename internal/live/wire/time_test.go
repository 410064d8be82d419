package wire

import (
	"testing"
	"time"
)

func TestTimeHasMilliseconds(t *testing.T) {
	at := Time(time.Date(2026, 11, 21, 10, 0, 0, 0, time.FixedZone("", 3600)))
	if raw, err := at.MarshalJSON(); err != nil || string(raw) != `"2026-11-21T09:00:00.000Z"` {
		t.Errorf("%s, %v", raw, err)
	}
}
