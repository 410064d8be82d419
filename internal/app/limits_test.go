package app

import (
	"testing"
	"time"
)

func TestRateLimitTakesAndPutsBack(t *testing.T) {
	t.Parallel()
	limits, now := newRateLimits(2), time.Now()
	took := func(want int) {
		t.Helper()
		got := 0
		for limits.take("someone", now) {
			got++
		}
		if got != want {
			t.Errorf("%d tokens, want %d", got, want)
		}
	}
	took(4)
	limits.putBack("someone")
	took(1)
	now = now.Add(time.Second)
	took(2)
	now = now.Add(2 * sweepBuckets)
	limits.take("another", now)
	if len(limits.buckets) != 1 {
		t.Errorf("%d buckets are kept", len(limits.buckets))
	}
	took(4)
}
