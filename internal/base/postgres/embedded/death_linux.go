package embedded

import "syscall"

// dieWithParent lets the kernel end the server at once when the app is killed.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGQUIT }
