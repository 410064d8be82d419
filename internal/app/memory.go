package app

import (
	"log/slog"
	"math"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// memoryShare leaves a fifth of the memory to the embedded Postgres, the kernel's
// buffers and a proxy.
const memoryShare = 0.8

// limitMemory sets Go's memory limit to memoryShare of the memory of the container,
// or of the machine, so that the garbage collector runs more often near the limit
// and the process is not killed for memory that it could have freed. GOMEMLIMIT in
// the environment has precedence.
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
