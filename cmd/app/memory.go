package main

import (
	"log/slog"
	"math"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// memoryShare leaves a fifth of the memory to others: the
// embedded Postgres, the kernel's buffers, a proxy.
const memoryShare = 0.8

// limitMemory makes the collector work harder as the memory of the container, or
// of the machine, runs out, instead of being killed for what it has not collected
// yet. GOMEMLIMIT in the environment comes first.
func limitMemory(log *slog.Logger) {
	limit, err := memlimit.Set(
		memlimit.WithRatio(memoryShare),
		memlimit.WithProvider(memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)),
	)
	switch {
	case err != nil:
		log.Warn("memory is not limited", "error", err)
	case limit == math.MaxInt64:
		log.Info("memory is not limited")
	default:
		log.Info("memory is limited", "megabytes", limit>>20)
	}
}
