// Command app is Hubbub: the whole live workspace in one program, which the
// Makefile and the image call hubbub.
//
// It only starts package app (internal/app), so that tests can start the same App
// in their own process. Configuration comes from the environment; run it with an
// unknown argument to see its commands.
package main

import (
	"os"

	"hubbub/internal/app"
)

func main() { os.Exit(app.Main(os.Args[1:])) }
