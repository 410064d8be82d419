package presence

import (
	"testing"
	"time"
)

func TestPresenceOfADeadNodeEndsWithinThePromise(t *testing.T) {
	const (
		promised = 20 * time.Second // docs/protocol.md: a node that dies takes its users offline within it
		spare    = 2 * time.Second  // for the queries and a busy machine
	)
	timing := Timing{}.withDefaults()
	round := timing.Beat + timing.Pace // Run looks at the others once in each
	lasts := timing.TTL                // of the lease, after the last heartbeat
	lasts += round                     // until a node finds that it has expired
	lasts += round                     // until every other node finds it deleted
	lasts += timing.Pace               // until it is announced
	if lasts+spare > promised {
		t.Errorf("it may take %v, the promise is %v with %v to spare", lasts, promised, spare)
	}
	if timing.TTL < 3*round {
		t.Errorf("a lease of %v ends after two heartbeats that are late or lost, each %v", timing.TTL, round)
	}
}
