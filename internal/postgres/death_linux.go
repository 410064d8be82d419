package postgres

import "syscall"

// dieWithParent makes the kernel stop the server at once when the app is killed.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGQUIT }
