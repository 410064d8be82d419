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

// templ generates code for its own version of the library.
func TestDependenciesHaveOneVersionOfTempl(t *testing.T) {
	var versions []string
	for _, file := range []string{"go.mod", "tools/go.mod"} {
		version := versionOf("github.com/a-h/templ", read(t, file))
		if version == "" {
			t.Errorf("%s does not require templ", file)
		}
		versions = append(versions, version)
	}
	if versions[0] != versions[1] {
		t.Errorf("go.mod and tools/go.mod require different versions of templ: %q", versions)
	}
}

// versionOf returns the version of a module that the text of a go.mod requires, or "".
func versionOf(module, text string) string {
	match := regexp.MustCompile(`(?m)^\s*` + regexp.QuoteMeta(module) + ` (v\S+)`).FindStringSubmatch(text)
	if match == nil {
		return ""
	}
	return match[1]
}
