package hubbub_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Every module that our code imports, tests included, has its reason in
// docs/dependencies.md.
func TestEveryDependencyHasItsReason(t *testing.T) {
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
				t.Errorf("%s imports %s, whose reason is missing in docs/dependencies.md", s.path, imported)
				listed = append(listed, imported) // once is enough
			}
		}
	}
}
