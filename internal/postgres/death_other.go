//go:build unix && !linux

package postgres

import "syscall"

// dieWithParent does nothing where the kernel has no such promise: the server of
// a killed app stays, and the next start uses it.
func dieWithParent(*syscall.SysProcAttr) {}
