package app

import (
	"log/slog"
	"strings"
	"testing"

	"hubbub/internal/testkit"
)

func TestLogCountsAFloodOfRefusals(t *testing.T) {
	t.Parallel()
	written := &testkit.Log{}
	sampler := sampleRefusals(slog.NewTextHandler(written, nil))
	log := slog.New(sampler)
	for range 1000 {
		log.With("connection", "c_1").Info("request", "status", 429)
	}
	log.Info("request", "status", 404)
	log.Info("socket closed")
	log.Error("action failed", "status", 500)
	testkit.Eventually(t, "the number is written", testkit.Timeout, func() bool {
		return strings.Contains(written.String(), `msg="more refusals" status=429 number=999`)
	})
	if got := strings.Count(written.String(), "\n"); got != 5 {
		t.Errorf("%d lines:\n%s", got, written)
	}
	testkit.Eventually(t, "the flood is over", testkit.Timeout, func() bool {
		sampler.refusals.mu.Lock()
		defer sampler.refusals.mu.Unlock()
		return len(sampler.refusals.more) == 0
	})
	log.Info("request", "status", 429, "route", "/again")
	if !strings.Contains(written.String(), "route=/again") {
		t.Errorf("the first refusal after the flood is missing:\n%s", written)
	}
}
