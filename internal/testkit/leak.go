package testkit

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"hubbub/internal/testkit/load"
)

var running bool // set by Main: only a binary whose TestMain calls Main can become a keeper

// Main runs a package's tests. It fails if they leave goroutines behind.
func Main(m *testing.M) {
	load.Main()
	if dir := os.Getenv(keeperVariable); dir != "" {
		os.Exit(keep(dir))
	}
	running = true
	setParallelism()
	code := m.Run()
	atEnd.run()
	if code == 0 {
		code = leaks()
	}
	os.Exit(code)
}

// parallelTests is how many parallel tests of a package run at once. It may exceed the
// number of cores, because the tests mostly wait for browsers and the database.
const parallelTests = 4

func setParallelism() {
	flag.Parse()
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "test.parallel" })
	if !chosen && runtime.GOMAXPROCS(0) < parallelTests {
		flag.Set("test.parallel", strconv.Itoa(parallelTests))
	}
}

func leaks() int {
	// The highlighter's regular expressions start a goroutine that ends by itself.
	clock := goleak.IgnoreAnyFunction("github.com/dlclark/regexp2/v2.runClock")
	if err := goleak.Find(clock); err != nil {
		fmt.Fprintln(os.Stderr, "left running after the tests:", err)
		return 1
	}
	return 0
}

// atEnd closes what all tests of the process share. Main runs it.
var atEnd closers

// AtEnd calls the function after the last test of the process.
func AtEnd(fn func()) { atEnd.add(fn) }

type closers struct {
	mu  sync.Mutex
	fns []func()
}

func (c *closers) add(fn func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fns = append(c.fns, fn)
}

func (c *closers) run() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, fn := range c.fns {
		fn()
	}
}
