package socket

import (
	"sync"
	"time"
)

// addressRetry is when an address with too many connections may try again.
const addressRetry = 30 * time.Second

// addresses counts the open connections of each address.
type addresses struct {
	limit int // 0: none
	mu    sync.Mutex
	open  map[string]int
}

// take reports whether the address may have one more.
func (a *addresses) take(address string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.limit > 0 && a.open[address] >= a.limit {
		return false
	}
	a.open[address]++
	return true
}

func (a *addresses) give(address string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open[address]--; a.open[address] <= 0 {
		delete(a.open, address)
	}
}
