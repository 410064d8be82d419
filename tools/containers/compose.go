package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"
)

// newer are keys that docker-compose 1.29 refuses anywhere; it also refuses a
// name at the top.
var newer = []string{"develop", "start_interval"}

func checkCompose(ctx context.Context, path string) []string {
	options, err := cli.NewProjectOptions([]string{path}, cli.WithName("check"))
	if err != nil {
		return []string{err.Error()}
	}
	project, err := options.LoadProject(ctx)
	if err != nil {
		return []string{fmt.Sprintf("%s: %v", path, err)}
	}
	problems := checkKeys(path)
	for _, name := range slices.Sorted(maps.Keys(project.Services)) {
		problems = append(problems, checkService(path, project.Services[name])...)
	}
	return problems
}

func checkService(path string, service types.ServiceConfig) []string {
	if service.Build == nil {
		return nil
	}
	dockerfile := filepath.Join(service.Build.Context, service.Build.Dockerfile)
	if _, err := os.Stat(dockerfile); err != nil {
		return []string{fmt.Sprintf("%s: %s is built from what is not there: %v", path, service.Name, err)}
	}
	return nil
}

func checkKeys(path string) []string {
	text, err := os.ReadFile(path)
	if err != nil {
		return []string{err.Error()}
	}
	var document map[string]any
	if err := yaml.Unmarshal(text, &document); err != nil {
		return []string{fmt.Sprintf("%s: %v", path, err)}
	}
	var problems []string
	if _, ok := document["name"]; ok {
		problems = append(problems, path+": docker-compose 1.29 knows no name for the whole")
	}
	for _, key := range newer {
		if has(document, key) {
			problems = append(problems, fmt.Sprintf("%s: docker-compose 1.29 does not know %q", path, key))
		}
	}
	return problems
}

// has looks for a key at any depth.
func has(value any, key string) bool {
	node, ok := value.(map[string]any)
	if !ok {
		return false
	}
	if _, ok := node[key]; ok {
		return true
	}
	for _, child := range node {
		if has(child, key) {
			return true
		}
	}
	return false
}
