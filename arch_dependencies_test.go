package hubbub_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// docs/dependencies.md has a reason for every module that the code imports, tests
// included.
func TestDependenciesHaveAReason(t *testing.T) {
	page, err := os.ReadFile("docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, match := range regexp.MustCompile("`([a-z0-9-]+\\.[a-zA-Z0-9./_-]+)`").FindAllStringSubmatch(string(page), -1) {
		listed = append(listed, match[1])
	}
	for _, s := range sourcesUnder(t, func(string) bool { return true }) {
		for _, imported := range s.imports() {
			host, _, _ := strings.Cut(imported, "/")
			if strings.Contains(host, ".") && !inside(imported, listed) {
				t.Errorf("%s imports %s, for which docs/dependencies.md has no reason", s.path, imported)
				listed = append(listed, imported) // once is enough
			}
		}
	}
}
