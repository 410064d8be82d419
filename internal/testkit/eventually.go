package testkit

import (
	"testing"
	"time"
)

// Timeout is how long a test waits for a condition before it fails. It is long because
// machines may be busy, and only failing tests wait so long.
const Timeout = 30 * time.Second

// Eventually polls cond until it returns true, and fails the test if it doesn't within
// that time. It is for conditions that no event announces.
func Eventually(t testing.TB, what string, within time.Duration, cond func() bool) {
	t.Helper()
	deadline := time.Now().Add(within)
	for pause := time.Millisecond; !cond(); pause = min(2*pause, 50*time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", within, what)
		}
		time.Sleep(pause)
	}
}

// Within calls the function and fails the test if that takes longer than the limit.
func Within(t testing.TB, limit time.Duration, what string, call func()) {
	t.Helper()
	began := time.Now()
	call()
	if took := time.Since(began); took > limit {
		t.Errorf("%s took %v", what, took)
	}
}
