package testkit

import (
	"strings"
	"sync"
)

// Log is a log in memory, for several goroutines.
type Log struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write appends p.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String returns what was written.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
