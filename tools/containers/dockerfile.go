package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// beyond is what a builder without BuildKit's frontends can't do.
var beyond = map[string]*regexp.Regexp{
	"a syntax line fetches a frontend from a registry": regexp.MustCompile(`(?m)^#\s*syntax=`),
	"RUN --mount needs BuildKit":                       regexp.MustCompile(`(?m)^RUN\s+--mount`),
}

func checkDockerfile(path string) []string {
	text, err := os.ReadFile(path)
	if err != nil {
		return []string{err.Error()}
	}
	var problems []string
	for why, pattern := range beyond {
		if pattern.Match(text) {
			problems = append(problems, path+": "+why)
		}
	}
	parsed, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return append(problems, fmt.Sprintf("%s: %v", path, err))
	}
	stages, _, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		return append(problems, fmt.Sprintf("%s: %v", path, err))
	}
	if len(stages) == 0 {
		return append(problems, path+": no stage")
	}
	return append(problems, checkFinal(path, stages[len(stages)-1])...)
}

// checkFinal wants what every image of ours has: an unprivileged user and a
// health check.
func checkFinal(path string, final instructions.Stage) []string {
	user, healthy := "", false
	for _, command := range final.Commands {
		switch c := command.(type) {
		case *instructions.UserCommand:
			user = c.User
		case *instructions.HealthCheckCommand:
			healthy = true
		}
	}
	var problems []string
	if user == "" || user == "root" || user == "0" {
		problems = append(problems, path+": the final stage runs as root")
	}
	if !healthy {
		problems = append(problems, path+": the final stage has no HEALTHCHECK")
	}
	return problems
}
