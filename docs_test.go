package hubbub_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// More rules for the documentation, and for what comments and the log say. Each is a
// function from sources to their breaches, tried in docs_planted_test.go.

func TestDocumentationHasAllEvents(t *testing.T) {
	names := eventNames(allSources(t))
	if len(names) < 30 {
		t.Fatalf("found only %q", slices.Sorted(maps.Keys(names)))
	}
	for _, breach := range undocumentedEvents(names, read(t, protocol)) {
		t.Error(breach)
	}
}

// Scripts are checked against the types of events.
func TestProtocolTypesHaveAllEvents(t *testing.T) {
	for _, breach := range undeclaredEvents(eventNames(allSources(t)), read(t, declarations)) {
		t.Error(breach)
	}
}

func TestDocumentationHasAllTables(t *testing.T) {
	var migrations, docs []textFile
	for _, file := range filesOf(t) {
		switch {
		case path.Dir(file) == "migrations" && strings.HasSuffix(file, ".up.sql"):
			migrations = append(migrations, textFile{file, read(t, file)})
		case path.Base(file) == "doc.go":
			docs = append(docs, textFile{file, read(t, file)})
		}
	}
	tables := tablesOf(migrations)
	if len(tables) < 30 {
		t.Fatalf("found only %q", tables)
	}
	for _, breach := range undocumentedTables(tables, docs) {
		t.Error(breach)
	}
}

func TestDocumentationNamesFunctionsThatExist(t *testing.T) {
	files, checked := filesOf(t), 0
	for _, file := range files {
		if path.Base(file) != "doc.go" {
			continue
		}
		named := namedFunctions(textFile{file, read(t, file)}, files)
		checked += len(named)
		for _, f := range named {
			if !declares(read(t, f.file), f.name) {
				t.Errorf("%s:%d: there is no %s in %s", file, f.line, f.name, f.file)
			}
		}
	}
	if checked < 100 {
		t.Errorf("checked only %d functions", checked)
	}
}

func TestCommentsOfBooleansSayReportsWhether(t *testing.T) {
	for _, s := range sourcesUnder(t, func(string) bool { return true }) {
		for _, breach := range booleansWithoutReport(s) {
			t.Error(breach)
		}
	}
}

func TestLogKeyOfErrorsIsError(t *testing.T) {
	for _, s := range sourcesUnder(t, func(string) bool { return true }) {
		for _, breach := range otherErrorKeys(s) {
			t.Error(breach)
		}
	}
}

const (
	protocol     = "docs/protocol.md"
	declarations = "web/static/protocol.d.ts"
)

// unlisted are events that no client gets.
var unlisted = []string{"documentLogged"} // between nodes

// ofConnections are events that only web/static/socket handles.
var ofConnections = []string{"connected", "heartbeat"}

// eventNames returns the names of events and resources with the files that have them:
// constants in events.go, and names in the literals of events.
func eventNames(sources []source) map[string]string {
	names := map[string]string{}
	add := func(s source, e ast.Expr) {
		if literal, ok := e.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			name, _ := strconv.Unquote(literal.Value)
			names[name] = s.path
		}
	}
	for _, s := range sources {
		ast.Inspect(s.file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.ValueSpec:
				for i, name := range node.Names {
					if path.Base(s.path) == "events.go" && eventConstant.MatchString(name.Name) && i < len(node.Values) {
						add(s, node.Values[i])
					}
				}
			case *ast.CompositeLit:
				if !isEvent(node.Type) {
					return true
				}
				for _, e := range node.Elts {
					if field, ok := e.(*ast.KeyValueExpr); ok && fmt.Sprint(field.Key) == "Name" {
						add(s, field.Value)
					}
				}
			}
			return true
		})
	}
	return names
}

var eventConstant = regexp.MustCompile(`^event[A-Z]|^[rR]esource$|Resource$`)

func isEvent(e ast.Expr) bool {
	selector, ok := e.(*ast.SelectorExpr)
	return ok && selector.Sel.Name == "Event"
}

func undocumentedEvents(names map[string]string, page string) []string {
	var breaches []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		span := regexp.MustCompile("`" + regexp.QuoteMeta(name) + "`|\"event\":\"" + regexp.QuoteMeta(name) + "\"")
		if !slices.Contains(unlisted, name) && !span.MatchString(page) {
			breaches = append(breaches, fmt.Sprintf("%s: %s does not have %s", names[name], protocol, name))
		}
	}
	return breaches
}

func undeclaredEvents(names map[string]string, types string) []string {
	var breaches []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !slices.Contains(unlisted, name) && !slices.Contains(ofConnections, name) && !strings.Contains(types, "\n  "+name+":") {
			breaches = append(breaches, fmt.Sprintf("%s: %s does not have %s", names[name], declarations, name))
		}
	}
	return breaches
}

var (
	createTable = regexp.MustCompile(`(?i)\bcreate\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?(\w+\.\w+)`)
	dropTable   = regexp.MustCompile(`(?i)\bdrop\s+table\s+(?:if\s+exists\s+)?(\w+\.\w+)`)
)

// tablesOf returns the tables that are there after the migrations, in their order.
func tablesOf(migrations []textFile) []string {
	var tables []string
	for _, m := range migrations {
		for _, match := range dropTable.FindAllStringSubmatch(m.text, -1) {
			tables = slices.DeleteFunc(tables, func(table string) bool { return table == match[1] })
		}
		for _, match := range createTable.FindAllStringSubmatch(m.text, -1) {
			tables = append(tables, match[1])
		}
	}
	return tables
}

// undocumentedTables finds tables that the doc.go of the package with the name of their
// schema does not name: as chat.rooms, or as rooms in a section that has the words
// "schema chat".
func undocumentedTables(tables []string, docs []textFile) []string {
	var breaches []string
	for _, table := range tables {
		schema, name, _ := strings.Cut(table, ".")
		named := regexp.MustCompile(`\b` + schema + `\.` + name + `\b|\bschema ` + schema + `\b[^#]*\b` + name + `\b`)
		documented := slices.ContainsFunc(docs, func(doc textFile) bool {
			return path.Base(path.Dir(doc.path)) == schema && named.MatchString(doc.text)
		})
		if !documented {
			breaches = append(breaches, "the doc.go of "+schema+" does not have the table "+table)
		}
	}
	return breaches
}

// namedFunction is a name before the file that declares it: "Send (send.go)".
type namedFunction struct {
	name, file string
	line       int
}

var functionNamed = regexp.MustCompile(`([\w.]*[A-Z_][\w.]*)(?:,?\s+(?://\s+)?)\(([\w/.-]+\.(?:go|js))\)`)

func namedFunctions(f textFile, files []string) []namedFunction {
	var all []namedFunction
	for _, at := range functionNamed.FindAllStringSubmatchIndex(f.text, -1) {
		name, file := f.text[at[2]:at[3]], f.text[at[4]:at[5]]
		if found := fileNamed(file, path.Dir(f.path), files); found != "" {
			_, last, dotted := strings.Cut(name, ".")
			if !dotted {
				last = name
			}
			all = append(all, namedFunction{last, found, 1 + strings.Count(f.text[:at[2]], "\n")})
		}
	}
	return all
}

// fileNamed returns the file of the package, or else the only one of the repository, that ends in the name.
func fileNamed(name, dir string, files []string) string {
	if own := path.Join(dir, name); slices.Contains(files, own) {
		return own
	}
	var found []string
	for _, file := range files {
		if strings.HasSuffix(file, "/"+name) {
			found = append(found, file)
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

// declares reports whether the text of a Go or JavaScript file declares the name.
func declares(text, name string) bool {
	name = regexp.QuoteMeta(name)
	return regexp.MustCompile(`(?m)^\s*(?:export\s+)?(?:async\s+)?(?:func|function|type|var|const|let|class)\s+(?:\([^)]*\)\s*)?` + name + `\b` +
		`|^func \(\w+ \*?` + name + `\)` + // methods of the type
		`|^\s+(?:async\s+|static\s+)?#?` + name + `\b`). // a field, or a method of a class
		MatchString(text)
}

// booleansWithoutReport finds functions with a boolean as their only result whose
// comment does not say "reports whether".
func booleansWithoutReport(s source) []string {
	var breaches []string
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Doc == nil || f.Type.Results.NumFields() != 1 || fmt.Sprint(f.Type.Results.List[0].Type) != "bool" {
			continue
		}
		if text := strings.Join(strings.Fields(f.Doc.Text()), " "); !reports.MatchString(text) {
			breaches = append(breaches, s.breach("the comment of %s does not say \"reports whether\": %s", f.Name.Name, text))
		}
	}
	return breaches
}

var reports = regexp.MustCompile(`\breports? (?:whether|true|false)\b`)

var (
	logged = regexp.MustCompile(`^(?:Debug|Info|Warn|Error|Log)(?:Context)?$|^(?:With|Any|String|LogAttrs)$`)
	logKey = regexp.MustCompile(`^"\w+"$`)
)

// otherErrorKeys finds logged errors with another key than "error".
func otherErrorKeys(s source) []string {
	var breaches []string
	ast.Inspect(s.file, func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok {
			return true
		}
		selector, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || !logged.MatchString(selector.Sel.Name) {
			return true
		}
		for i, argument := range call.Args[:max(0, len(call.Args)-1)] {
			key, isText := argument.(*ast.BasicLit)
			if !isText || !logKey.MatchString(key.Value) {
				continue
			}
			value := fmt.Sprint(call.Args[i+1])
			if key.Value == `"err"` || key.Value != `"error"` && value == "err" {
				breaches = append(breaches, s.breach("logs %s with the key %s, want \"error\"", value, key.Value))
			}
		}
		return true
	})
	return breaches
}

// The tour names functions that exist, and says in how many files they are and how many
// lines they have. A line more or less is no reason to change it.
func TestTourNamesFunctionsAndTheirLength(t *testing.T) {
	page := read(t, "docs/tour.md")
	steps := tourStep.FindAllStringSubmatch(page, -1)
	inFiles, lines := map[string]bool{}, 0
	for _, step := range steps {
		text := strings.Split(read(t, step[1]), "\n")
		inFiles[step[1]] = true
		for _, name := range tourFunction.FindAllStringSubmatch(step[2], -1) {
			n := linesOf(text, name[1])
			if n == 0 {
				t.Errorf("docs/tour.md: there is no %s in %s", name[1], step[1])
			}
			lines += n
		}
	}
	length := tourLength.FindStringSubmatch(page)
	if len(steps) < 12 || length == nil {
		t.Fatalf("found %d steps and the length %q", len(steps), length)
	}
	wantFiles, _ := strconv.Atoi(length[1])
	wantLines, _ := strconv.Atoi(length[2])
	if len(inFiles) != wantFiles || lines < wantLines*9/10 || lines > wantLines*11/10 {
		t.Errorf("docs/tour.md: the path has %d files and %d lines, not %d and %d", len(inFiles), lines, wantFiles, wantLines)
	}
}

var (
	tourStep     = regexp.MustCompile("(?m)^\\| \\[`[^`]+`\\]\\(\\.\\./([^)]+)\\) \\| ([^|]+) \\|")
	tourFunction = regexp.MustCompile("`#?(\\w+)`")
	tourLength   = regexp.MustCompile(`(\d+) files and (\d+) lines`)
)

// linesOf returns the number of lines of a declaration: up to the next line that closes
// it with the same indentation.
func linesOf(text []string, name string) int {
	for i, line := range text {
		if !declares(line, name) {
			continue
		}
		opened := strings.HasSuffix(line, "{") || strings.HasSuffix(line, "(") || strings.HasSuffix(line, "`")
		if !opened {
			return 1
		}
		indentation := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		for j := i + 1; j < len(text); j++ {
			rest, same := strings.CutPrefix(text[j], indentation)
			if same && rest != "" && strings.Contains("})", rest[:1]) && !strings.HasSuffix(rest, "{") || strings.HasSuffix(text[j], "`") {
				return j - i + 1
			}
		}
	}
	return 0
}
