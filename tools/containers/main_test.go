package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func wantProblem(t *testing.T, problems []string, part string) {
	t.Helper()
	if all := strings.Join(problems, "\n"); !strings.Contains(all, part) {
		t.Errorf("no problem about %q in:\n%s", part, all)
	}
}

func TestWhatADockerfileMustNotHave(t *testing.T) {
	problems := checkDockerfile(file(t, "Dockerfile", "# syntax=docker/dockerfile:1\nFROM scratch\nRUN --mount=type=cache,target=/x true\n"))
	wantProblem(t, problems, "syntax line")
	wantProblem(t, problems, "--mount")
	wantProblem(t, problems, "runs as root")
	wantProblem(t, problems, "HEALTHCHECK")
	wantProblem(t, checkDockerfile(file(t, "Dockerfile", "FROM scratch\nCOPPY a b\n")), "COPPY")
}

func TestWhatAComposeFileMustNotHave(t *testing.T) {
	check := func(text string) []string {
		return checkCompose(context.Background(), file(t, "docker-compose.yml", text))
	}
	wantProblem(t, check("name: hubbub\nservices: {app: {image: x}}\n"), "name for the whole")
	wantProblem(t, check("services: {app: {image: x, healthcheck: {test: [CMD, x], start_interval: 1s}}}\n"), "start_interval")
	wantProblem(t, check("services: {app: {build: ./nowhere}}\n"), "not there")
	wantProblem(t, check("services: {app: {imagine: x}}\n"), "imagine")
}
