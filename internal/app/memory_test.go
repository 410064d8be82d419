package app

import (
	"bytes"
	"log/slog"
	"math"
	"os"
	"runtime/debug"
	"strings"
	"testing"
)

func TestMemoryLimitOfTheMachineIsTheDefault(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	if value, set := os.LookupEnv("GOMEMLIMIT"); set {
		t.Skipf("GOMEMLIMIT=%s is set", value)
	}
	debug.SetMemoryLimit(math.MaxInt64)
	var log bytes.Buffer
	limitMemory(slog.New(slog.NewTextHandler(&log, nil)))
	if limit := debug.SetMemoryLimit(-1); limit == math.MaxInt64 || limit < 1<<20 {
		t.Errorf("the limit is %d", limit)
	}
	if lines := strings.Count(log.String(), "\n"); lines != 1 {
		t.Errorf("the limit is logged %d times: %s", lines, &log)
	}
}

func TestMemoryLimitOfTheEnvironmentHasPrecedence(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	t.Setenv("GOMEMLIMIT", "777MiB") // the runtime reads it only at the start of the program
	debug.SetMemoryLimit(777 << 20)
	limitMemory(slog.New(slog.DiscardHandler))
	if limit := debug.SetMemoryLimit(-1); limit != 777<<20 {
		t.Errorf("the limit is %d", limit)
	}
}
