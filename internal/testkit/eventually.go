package testkit

import (
	"testing"
	"time"
)

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
