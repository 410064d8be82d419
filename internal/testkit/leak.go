package testkit

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"hubbub/internal/testkit/load"

	"go.uber.org/goleak"
)

var running bool // set by Main: a keeper can only be started from a binary that knows how to be one

// Main runs a package's tests and fails if they left goroutines behind.
func Main(m *testing.M) {
	load.Main()
	if dir := os.Getenv(keeperVariable); dir != "" {
		os.Exit(keep(dir))
	}
	running = true
	waitTogether()
	code := m.Run()
	atEnd.run()
	if code == 0 {
		code = leaks()
	}
	os.Exit(code)
}

// together is how many parallel tests of a package run at once: they wait for
// browsers and the database more than they work, so it is more than the cores.
const together = 4

func waitTogether() {
	flag.Parse()
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "test.parallel" })
	if !chosen && runtime.GOMAXPROCS(0) < together {
		flag.Set("test.parallel", strconv.Itoa(together))
	}
}

func leaks() int {
	// The highlighter's regular expressions keep a clock that ends by itself.
	clock := goleak.IgnoreAnyFunction("github.com/dlclark/regexp2/v2.runClock")
	if err := goleak.Find(clock); err != nil {
		fmt.Fprintln(os.Stderr, "left running after the tests:", err)
		return 1
	}
	return 0
}

// atEnd holds what the whole process shares and Main gives back.
var atEnd closers

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
