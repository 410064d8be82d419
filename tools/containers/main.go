// Command containers checks the Dockerfile and the compose file of a folder
// without Docker: that both parse, that a service's image and build are there,
// and that they keep to what older tools and locked-down builders understand.
//
// It can't know whether the images exist or the build succeeds.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	dir := "."
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	problems := checkDockerfile(filepath.Join(dir, "Dockerfile"))
	problems = append(problems, checkCompose(context.Background(), filepath.Join(dir, "docker-compose.yml"))...)
	for _, problem := range problems {
		fmt.Fprintln(os.Stderr, problem)
	}
	if len(problems) > 0 {
		os.Exit(1)
	}
}
