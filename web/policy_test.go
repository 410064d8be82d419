package web

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hubbub/internal/base/fault"
)

// forbidden are the patterns of what browsers do not run or apply under the
// Content-Security-Policy, and what therefore no template may have.
var forbidden = map[string]*regexp.Regexp{
	"a style attribute":   regexp.MustCompile(`[\s"]style=`),
	"a style element":     regexp.MustCompile(`<style\b`),
	"an on… attribute":    regexp.MustCompile(`\son[a-z]+\??=["{]`),
	"an inline script":    regexp.MustCompile(`<script[^>]*>[^<]`),
	"a templ script":      regexp.MustCompile(`(?m)^script \w+\(|templ\.(JSFuncCall|JSUnsafeFuncCall|ComponentScript|JSONScript)`),
	"a data: address":     regexp.MustCompile(`(src|href)="data:`),
	"a javascript: link":  regexp.MustCompile(`javascript:`),
	"another site's file": regexp.MustCompile(`(src|<link[^>]*href)="(https?:)?//`),
}

func TestPolicyIsKeptByTemplates(t *testing.T) {
	for name, text := range sources(t, "..", ".templ") {
		for what, pattern := range forbidden {
			if at := pattern.FindString(text); at != "" {
				t.Errorf("%s has %s: %q", name, what, at)
			}
		}
	}
}

func TestPolicyPatternsMatchTheirSamples(t *testing.T) {
	for sample, what := range map[string]string{
		`<p style="color:red">`:           "a style attribute",
		`<style>`:                         "a style element",
		`<a onclick="go()">`:              "an on… attribute",
		`<a onclick={ go() }>`:            "an on… attribute",
		`<script>alert(1)</script>`:       "an inline script",
		"script go() {":                   "a templ script",
		`<img src="data:image/png">`:      "a data: address",
		`<a href="javascript:go()">`:      "a javascript: link",
		`<script src="https://cdn/x.js">`: "another site's file",
	} {
		if !forbidden[what].MatchString(sample) {
			t.Errorf("the pattern of %s does not match %s", what, sample)
		}
	}
}

var (
	iconCall = regexp.MustCompile(`(?:Icon\(|\bicon\(|Icon: |Icon:)["']([a-z0-9-]+)["']`)
	symbol   = regexp.MustCompile(`<symbol id="([a-z0-9-]+)"`)
)

func TestIconsAreInTheSprite(t *testing.T) {
	sprite := map[string]bool{}
	for _, found := range symbol.FindAllStringSubmatch(source(t, "static/icons.svg"), -1) {
		sprite[found[1]] = true
	}
	used := 0
	for _, ext := range []string{".templ", ".go", ".js"} {
		for name, text := range sources(t, "..", ext) {
			for _, found := range iconCall.FindAllStringSubmatch(text, -1) {
				used++
				if !sprite[found[1]] {
					t.Errorf("%s uses the icon %q, which the sprite does not have", name, found[1])
				}
			}
		}
	}
	for _, status := range []int{400, 401, 403, 404, 429, 500, 503} {
		if icon := newProblem("/", fault.New(status, "")).icon; !sprite[icon] {
			t.Errorf("the page for %d uses the icon %q", status, icon)
		}
	}
	if used < 20 {
		t.Errorf("found %d uses of icons: the pattern misses them", used)
	}
}

// sources returns the contents of the files below a folder whose names end in
// ext, without third-party code and tests.
func sources(t *testing.T, root, ext string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if entry.IsDir() && strings.Contains(" .git node_modules vendor shots ", " "+entry.Name()+" ") {
			return fs.SkipDir
		}
		if err == nil && strings.HasSuffix(name, ext) && !strings.HasSuffix(name, "_test.go") {
			texts[name] = source(t, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func source(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
