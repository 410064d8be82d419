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

// Measure runs the work, which consists of n things, and reports the CPU time of this
// process, the server, per thing, and the number of things a second.
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

// Weigh calls create, which creates n things, and reports the memory of this process
// that each of them holds after garbage collection.
func Weigh(b *testing.B, thing string, n int, create func()) {
	b.Helper()
	before, residentBefore := memory()
	create()
	after, residentAfter := memory()
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "heap-B/"+thing)
	b.ReportMetric(float64(after.StackInuse-before.StackInuse)/float64(n), "stack-B/"+thing)
	b.ReportMetric(float64(residentAfter-residentBefore)/float64(n), "rss-B/"+thing)
}

// collections is how often the garbage is collected: enough to free what pools and
// finalizers hold, and to shrink stacks, which each collection halves.
const collections = 4

func memory() (m runtime.MemStats, resident int) {
	for range collections {
		debug.FreeOSMemory()
	}
	runtime.ReadMemStats(&m)
	text, _ := os.ReadFile("/proc/self/statm") // only on Linux; elsewhere resident is 0
	var total int
	fmt.Sscan(string(text), &total, &resident)
	return m, resident * os.Getpagesize()
}

// ReportLags reports the times of a load's events or answers.
func (r Report) ReportLags(b *testing.B) {
	b.ReportMetric(r.P50.Seconds()*1e3, "p50-ms")
	b.ReportMetric(r.P99.Seconds()*1e3, "p99-ms")
}
