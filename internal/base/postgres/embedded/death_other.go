//go:build unix && !linux

package embedded

import "syscall"

// dieWithParent does nothing: these kernels have no death signal. The server of a
// killed app keeps running, and the next start uses it.
func dieWithParent(*syscall.SysProcAttr) {}
