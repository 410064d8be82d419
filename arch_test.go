// Package hubbub_test checks the architecture: which packages may import which,
// which files of a feature may use which technology, which tables a feature may
// name, and that every package has a package document. Diagrams become outdated
// without notice; these tests fail.
//
// Each rule is a function from source files to their breaches, so that
// arch_planted_test.go can test the rules on planted breaches.
package hubbub_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// layers begin with the lowest. A package imports only packages of its own and of
// lower layers, but a feature imports no other feature. The layer of a package is
// that of the longest entry which its path begins with: internal/chat/markdown is a
// part of the feature internal/chat.
var layers = []string{"internal/base", "internal/live", "web", "internal/account", "internal", "internal/app", "cmd"}

// The layer of the features: every folder of internal that has no layer of its own.
var featureLayer = slices.Index(layers, "internal")

// tests has the folders of packages for tests only: only they and tests may import them.
var tests = []string{"internal/testkit", "web/jstest"}

// appTests starts the app for the tests of the features. It may import every layer; the
// other packages for tests may not import the features and the app, whose own tests use
// them.
const appTests = "internal/testkit/apptest"

// features returns the names of the folders of the features.
var features = sync.OnceValue(func() []string {
	folders, err := os.ReadDir("internal")
	if err != nil {
		panic(err) // tests run in the folder of their package
	}
	var names []string
	for _, folder := range folders {
		if dir := "internal/" + folder.Name(); folder.IsDir() && !inside(dir, tests) && layerOf(dir) == featureLayer {
			names = append(names, folder.Name())
		}
	}
	return names
})

// technology is a library or standard, with the packages that may use it in every file
// (home), and the files of a feature or of account that may use it: "store" also
// allows store_rooms.go.
type technology struct {
	imports   []string
	home      []string
	files     []string
	generated bool // *_templ.go may use it, too
}

var technologies = map[string]technology{
	"Echo": {
		imports: []string{"github.com/labstack/echo"},
		home:    []string{"internal/base/action", "internal/app", "internal/testkit"},
		files:   []string{"actions", "pages"},
	},
	"Postgres": {
		imports: []string{"github.com/jackc/", "database/sql"},
		home:    []string{"internal/base/postgres", "internal/base/outbox", "internal/app", "internal/testkit"},
		files:   []string{"store"},
	},
	"templ": {
		imports:   []string{"github.com/a-h/templ"},
		home:      []string{"web", "internal/base/action", "internal/app"},
		files:     []string{"actions", "pages", "events"},
		generated: true,
	},
	"esbuild": {
		imports: []string{"github.com/evanw/esbuild"},
		home:    []string{"web"},
	},
	"WebSocket": {
		imports: []string{"github.com/coder/websocket"},
		home:    []string{"internal/live/socket", "internal/app", "internal/testkit"},
	},
}

// exceptions are further files that may use a technology.
var exceptions = map[string]string{
	"internal/account/middleware.go": "Echo", // finds the caller of every route
	"internal/account/policy.go":     "Echo", // checks who may call an action
}

// source is one Go file. Its path is relative to the module's root.
type source struct {
	path string
	file *ast.File
}

func (s source) dir() string { return path.Dir(s.path) }

// stem returns the file's name up to the first "_" or ".".
func (s source) stem() string {
	stem, _, _ := strings.Cut(strings.TrimSuffix(path.Base(s.path), ".go"), "_")
	return stem
}

func (s source) imports() []string {
	var all []string
	for _, spec := range s.file.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value) // the parser has checked it
		all = append(all, imported)
	}
	return all
}

func (s source) breach(format string, args ...any) string {
	return s.path + ": " + fmt.Sprintf(format, args...)
}

func inside(dir string, folders []string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool {
		return dir == folder || strings.HasPrefix(dir, folder+"/")
	})
}

// layerOf returns the index of the layer of a package, or -1.
func layerOf(dir string) int {
	if dir == "migrations" {
		return 0 // files for internal/base/postgres
	}
	layer, longest := -1, 0
	for i, prefix := range layers {
		if len(prefix) > longest && inside(dir, []string{prefix}) {
			layer, longest = i, len(prefix)
		}
	}
	if dir == "internal" {
		return -1
	}
	return layer
}

// featureOf returns internal/chat for internal/chat/markdown: the packages of one
// feature may import each other.
func featureOf(dir string) string {
	parts := strings.Split(dir, "/")
	return strings.Join(parts[:min(2, len(parts))], "/")
}

// checkLayers checks that no import is of a higher layer or of another feature.
func checkLayers(s source) []string {
	if inside(s.dir(), tests) {
		return checkTestLayers(s)
	}
	own := layerOf(s.dir())
	if own < 0 {
		return []string{s.breach("this package is in no layer")}
	}
	var breaches []string
	for _, imported := range s.imports() {
		dir, ours := strings.CutPrefix(imported, "hubbub/")
		switch {
		case ours && inside(dir, tests):
			breaches = append(breaches, s.breach("imports %s, which is for tests only", dir))
		case ours && layerOf(dir) > own:
			breaches = append(breaches, s.breach("imports %s, which is in a higher layer", dir))
		case ours && own == featureLayer && layerOf(dir) == own && featureOf(dir) != featureOf(s.dir()):
			breaches = append(breaches, s.breach("imports %s, which is another feature", dir))
		case s.dir() == "internal/live/wire" && strings.Contains(imported, "."):
			breaches = append(breaches, s.breach("imports %s, but wire may import the standard library only", imported))
		}
	}
	return breaches
}

// checkTestLayers checks that of the packages for tests only appTests imports features and
// the app.
func checkTestLayers(s source) []string {
	if inside(s.dir(), []string{appTests}) {
		return nil
	}
	var breaches []string
	for _, imported := range s.imports() {
		dir, ours := strings.CutPrefix(imported, "hubbub/")
		switch {
		case ours && dir == appTests:
			breaches = append(breaches, s.breach("imports %s, which is for the tests of features and of the app", dir))
		case ours && !inside(dir, tests) && layerOf(dir) >= featureLayer:
			breaches = append(breaches, s.breach("imports %s, which of the packages for tests only %s may", dir, appTests))
		}
	}
	return breaches
}

// checkTechnologies checks that a file imports only the technologies that it may use.
func checkTechnologies(s source) []string {
	var breaches []string
	for name, tech := range technologies {
		if tech.allowedIn(s) || exceptions[s.path] == name {
			continue
		}
		for _, imported := range s.imports() {
			if slices.ContainsFunc(tech.imports, func(p string) bool { return strings.HasPrefix(imported, p) }) {
				breaches = append(breaches, s.breach("uses %s, which only these files of a feature may: %v", name, tech.files))
			}
		}
	}
	return breaches
}

func (tech technology) allowedIn(s source) bool {
	if inside(s.dir(), tech.home) {
		return true
	}
	feature := layerOf(s.dir()) == featureLayer || s.dir() == "internal/account"
	generated := tech.generated && strings.HasSuffix(s.path, "_templ.go")
	return feature && (generated || slices.Contains(tech.files, s.stem()))
}

var statement = regexp.MustCompile(`(?is)^\s*(select\s.*\sfrom\s+\w+\.\w|insert\s+into\s+\w+\.\w|update\s+\w+\.\w|delete\s+from\s+\w+\.\w|with\s+\w+\s+as\s+\()`)

// checkTables checks that a feature's SQL is in its store files, and that it names the
// tables of its own schema and of account only.
func checkTables(s source) []string {
	own := path.Base(s.dir())
	if own != "account" && !slices.Contains(features(), own) {
		return nil
	}
	var breaches []string
	ast.Inspect(s.file, func(node ast.Node) bool {
		literal, ok := node.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		text, _ := strconv.Unquote(literal.Value)
		if s.stem() != "store" && statement.MatchString(text) {
			breaches = append(breaches, s.breach("SQL outside the store: %.60q", text))
		}
		if s.stem() == "store" {
			breaches = append(breaches, s.foreignTables(own, text)...)
		}
		return true
	})
	return breaches
}

func (s source) foreignTables(own, sql string) []string {
	var breaches []string
	for _, other := range features() {
		if other != own && regexp.MustCompile(`\b`+other+`\.\w`).MatchString(sql) {
			breaches = append(breaches, s.breach("names a table of %s; call that feature through internal/app instead", other))
		}
	}
	return breaches
}

// checkDocuments checks that every package has a package document of five lines or more.
func checkDocuments(sources []source) []string {
	const enough = 5 // lines
	longest := map[string]int{}
	for _, s := range sources {
		lines := 0
		if s.file.Doc != nil {
			lines = strings.Count(s.file.Doc.Text(), "\n")
		}
		longest[s.dir()] = max(longest[s.dir()], lines)
	}
	var breaches []string
	for _, dir := range slices.Sorted(maps.Keys(longest)) {
		if longest[dir] < enough {
			breaches = append(breaches, fmt.Sprintf("%s: the package document has %d lines, want at least %d", dir, longest[dir], enough))
		}
	}
	return breaches
}

func check(sources []source) []string {
	breaches := checkDocuments(sources)
	for _, s := range sources {
		breaches = slices.Concat(breaches, checkLayers(s), checkTechnologies(s), checkTables(s))
	}
	return breaches
}

func TestArchitecture(t *testing.T) {
	for _, breach := range check(allSources(t)) {
		t.Error(breach)
	}
}

func TestMigrationsNameOnlyTheirSchema(t *testing.T) {
	files, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, own, _ := strings.Cut(strings.Split(filepath.Base(file), ".")[0], "_") // 0002_chat.up.sql
		own, _, _ = strings.Cut(own, "_")
		for _, breach := range (source{path: file}).foreignTables(own, string(text)) {
			t.Error(breach)
		}
	}
}

// allSources returns the product's files. The rules do not apply to tests.
func allSources(t *testing.T) []source {
	t.Helper()
	return sourcesUnder(t, func(file string) bool { return !strings.HasSuffix(file, "_test.go") })
}

func sourcesUnder(t *testing.T, wanted func(file string) bool) []source {
	t.Helper()
	var all []source
	for _, root := range []string{"cmd", "internal", "migrations", "web"} {
		err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(file, ".go") || !wanted(file) {
				return err
			}
			text, err := os.ReadFile(file)
			all = append(all, parse(t, filepath.ToSlash(file), string(text)))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func parse(t *testing.T, path, text string) source {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return source{path, file}
}
