package load

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"
	"testing"
	"time"
)

// Measure times the work and reports what of it falls to each of the n things
// that it consists of: the CPU of this process, which is the server, and how
// many there were in a second.
func Measure(b *testing.B, thing string, n int, work func()) {
	b.Helper()
	before := cpu()
	b.ResetTimer()
	work()
	b.StopTimer()
	b.ReportMetric(float64(cpu()-before)/float64(n), "cpu-ns/"+thing)
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), thing+"/s")
}

func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Weigh reports what each of the n things that come holds of this process'
// memory, once the garbage is collected.
func Weigh(b *testing.B, thing string, n int, come func()) {
	b.Helper()
	before, residentBefore := memory()
	come()
	after, residentAfter := memory()
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "heap-B/"+thing)
	b.ReportMetric(float64(after.StackInuse-before.StackInuse)/float64(n), "stack-B/"+thing)
	b.ReportMetric(float64(residentAfter-residentBefore)/float64(n), "rss-B/"+thing)
}

// collections is enough for what pools and finalizers hold, and for stacks to
// shrink, which each collection halves.
const collections = 4

func memory() (m runtime.MemStats, resident int) {
	for range collections {
		debug.FreeOSMemory()
	}
	runtime.ReadMemStats(&m)
	text, _ := os.ReadFile("/proc/self/statm") // elsewhere than on Linux: 0
	var total int
	fmt.Sscan(string(text), &total, &resident)
	return m, resident * os.Getpagesize()
}

// ReportLags reports the times of a load's events or answers.
func (r Report) ReportLags(b *testing.B) {
	b.ReportMetric(r.P50.Seconds()*1e3, "p50-ms")
	b.ReportMetric(r.P99.Seconds()*1e3, "p99-ms")
}
