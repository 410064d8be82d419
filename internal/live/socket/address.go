package socket

import (
	"sync"
	"time"
)

// addressRetry is the Retry-After for an address with too many connections.
const addressRetry = 30 * time.Second

// addresses counts the open connections of each address.
type addresses struct {
	limit int // of one address; 0: no limit
	mu    sync.Mutex
	open  map[string]int
}

// acquire counts one more connection of the address. It reports false if the
// address has reached the limit.
func (a *addresses) acquire(address string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.limit > 0 && a.open[address] >= a.limit {
		return false
	}
	a.open[address]++
	return true
}

func (a *addresses) release(address string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open[address]--; a.open[address] <= 0 {
		delete(a.open, address)
	}
}
