// Command app is Hubbub: the whole live workspace in one program.
//
// main only selects the command (command.go). App (app.go) is what it runs and
// what the end-to-end tests start: it opens the database, wires the features to
// each other, and serves until Close. Configuration comes from the environment
// (config.go). The features know nothing of each other and are connected in this
// package only (wiring.go).
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	if err := command(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "hubbub:", err)
		os.Exit(1)
	}
}
