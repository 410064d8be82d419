// Package hubbub_test holds the architecture: what may import what, which file
// of a feature speaks which technology, whose tables are whose, and that every
// package tells its story. docs and diagrams grow old; this fails.
//
// Each rule is a function from one source file to its breaches, so the rules are
// themselves tried on planted breaches below.
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
	"testing"
)

var features = []string{"chat", "presence", "notify", "dashboard", "collab", "search", "playground"}

// layers go from the ground up. A package imports only from lines below its own.
var layers = [][]string{
	{"internal/fault", "internal/loop", "migrations"},
	{"internal/budget"},
	{"internal/postgres"},
	{"internal/testkit"},
	{"internal/wire", "internal/bus"},
	{"internal/hub"},
	{"internal/socket"},
	{"web"},
	{"internal/action"},
	{"internal/account"},
	under("internal/", features),
	{"cmd"},
}

// technology is a foreign one, where it is at home, and which files of a feature
// (or of account) may speak it: store also means store_rooms.go.
type technology struct {
	imports   []string
	home      []string
	files     []string
	generated bool // *_templ.go may, too
}

var technologies = map[string]technology{
	"Echo": {
		imports: []string{"github.com/labstack/echo"},
		home:    []string{"internal/action", "cmd"},
		files:   []string{"actions", "pages"},
	},
	"Postgres": {
		imports: []string{"github.com/jackc/", "database/sql"},
		home:    []string{"internal/postgres", "internal/testkit", "cmd"},
		files:   []string{"store"},
	},
	"templ": {
		imports:   []string{"github.com/a-h/templ"},
		home:      []string{"web", "internal/action", "cmd"},
		files:     []string{"actions", "pages", "events"},
		generated: true,
	},
	"WebSocket": {
		imports: []string{"github.com/coder/websocket"},
		home:    []string{"internal/socket", "internal/testkit", "cmd"},
	},
}

// exceptions are files that may speak a technology beside the ones above.
var exceptions = map[string]string{
	"internal/account/middleware.go": "Echo", // who is calling, for every route
	"internal/account/policy.go":     "Echo", // who may call: wraps every action
}

func under(prefix string, names []string) []string {
	var all []string
	for _, name := range names {
		all = append(all, prefix+name)
	}
	return all
}

// source is one Go file; path is relative to the module's root.
type source struct {
	path string
	file *ast.File
}

func (s source) dir() string { return path.Dir(s.path) }

// stem is the file's name without ending, and without what follows "_".
func (s source) stem() string {
	stem, _, _ := strings.Cut(strings.TrimSuffix(path.Base(s.path), ".go"), "_")
	return stem
}

func (s source) imports() []string {
	var all []string
	for _, spec := range s.file.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value) // it parsed, so it unquotes
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

func layerOf(dir string) int {
	return slices.IndexFunc(layers, func(packages []string) bool { return inside(dir, packages) })
}

// packageOf is internal/chat for internal/chat/markdown: folders of one package's
// parts may import each other.
func packageOf(dir string) string {
	parts := strings.Split(dir, "/")
	return strings.Join(parts[:min(2, len(parts))], "/")
}

// checkLayers: imports point down only, so no feature imports another.
func checkLayers(s source) []string {
	own := layerOf(s.dir())
	if own < 0 {
		return []string{s.breach("this package is in no layer")}
	}
	var breaches []string
	for _, imported := range s.imports() {
		dir, ours := strings.CutPrefix(imported, "hubbub/")
		switch {
		case ours && dir == "internal/testkit" && !inside(s.dir(), []string{"internal/testkit"}):
			breaches = append(breaches, s.breach("imports testkit: that is for tests only"))
		case ours && layerOf(dir) >= own && packageOf(dir) != packageOf(s.dir()):
			breaches = append(breaches, s.breach("imports %s: not a layer below", dir))
		case s.dir() == "internal/wire" && strings.Contains(imported, "."):
			breaches = append(breaches, s.breach("imports %s: wire needs the standard library only", imported))
		}
	}
	return breaches
}

// checkTechnologies: one foreign technology a file, and none where it has no place.
func checkTechnologies(s source) []string {
	var breaches []string
	for name, tech := range technologies {
		if tech.allowedIn(s) || exceptions[s.path] == name {
			continue
		}
		for _, imported := range s.imports() {
			if slices.ContainsFunc(tech.imports, func(p string) bool { return strings.HasPrefix(imported, p) }) {
				breaches = append(breaches, s.breach("speaks %s, which only these files of a feature do: %v", name, tech.files))
			}
		}
	}
	return breaches
}

func (tech technology) allowedIn(s source) bool {
	if inside(s.dir(), tech.home) {
		return true
	}
	feature := inside(s.dir(), append(under("internal/", features), "internal/account"))
	generated := tech.generated && strings.HasSuffix(s.path, "_templ.go")
	return feature && (generated || slices.Contains(tech.files, s.stem()))
}

var statement = regexp.MustCompile(`(?is)^\s*(select\s.*\sfrom\s+\w+\.\w|insert\s+into\s+\w+\.\w|update\s+\w+\.\w|delete\s+from\s+\w+\.\w|with\s+\w+\s+as\s+\()`)

// checkTables: a feature's SQL is in its store, and names its own schema and
// account's only.
func checkTables(s source) []string {
	own := path.Base(s.dir())
	if own != "account" && !slices.Contains(features, own) {
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
			breaches = append(breaches, s.breach("SQL outside of the store: %.60q", text))
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
	for _, other := range features {
		if other != own && regexp.MustCompile(`\b`+other+`\.\w`).MatchString(sql) {
			breaches = append(breaches, s.breach("names a table of %s; ask it through cmd/app instead", other))
		}
	}
	return breaches
}

// checkStories: every package has a comment of five lines or more.
func checkStories(sources []source) []string {
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
			breaches = append(breaches, fmt.Sprintf("%s: its package comment has %d lines; tell its story in at least %d", dir, longest[dir], enough))
		}
	}
	return breaches
}

func check(sources []source) []string {
	breaches := checkStories(sources)
	for _, s := range sources {
		breaches = slices.Concat(breaches, checkLayers(s), checkTechnologies(s), checkTables(s))
	}
	return breaches
}

func TestTheCodeKeepsToTheArchitecture(t *testing.T) {
	for _, breach := range check(allSources(t)) {
		t.Error(breach)
	}
}

func TestMigrationsKeepToTheirSchema(t *testing.T) {
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

// allSources are the product's own files; those of tests may do more.
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
