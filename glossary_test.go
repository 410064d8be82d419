package hubbub_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The documentation is checked as the architecture is: files that it names
// exist, and words that the glossary does not want are not used. Each rule is a
// function from a text to its breaches, tried in glossary_planted_test.go.

func TestDocumentationNamesFilesThatExist(t *testing.T) {
	files := filesOf(t)
	for _, file := range files {
		if !isPage(file) && path.Base(file) != "doc.go" {
			continue
		}
		f := textFile{file, read(t, file)}
		breaches := deadLinks(f, files)
		if !strings.HasPrefix(file, "docs/decisions/") { // a decision names the files of its day
			breaches = append(breaches, missingFiles(f, files)...)
		}
		for _, breach := range breaches {
			t.Error(breach)
		}
	}
}

func TestMigrationsComeInPairs(t *testing.T) {
	for _, breach := range unpairedMigrations(filesOf(t)) {
		t.Error(breach)
	}
}

func TestGlossaryKeepsWordsOut(t *testing.T) {
	words := bannedWords(read(t, glossary))
	if len(words) < 10 {
		t.Fatalf("found only %q in %s", words, glossary)
	}
	for _, file := range filesOf(t) {
		var text []passage
		switch {
		case isPage(file):
			text = pageProse(textFile{file, read(t, file)})
		case path.Ext(file) == ".go":
			f := textFile{file, read(t, file)}
			text = append(comments(t, f), identifiers(t, f)...)
		case commentsIn[path.Ext(file)] != nil && !strings.HasPrefix(file, "web/static/vendor/"):
			text = otherComments(textFile{file, read(t, file)})
		}
		for _, breach := range usesOf(words, text) {
			t.Error(breach)
		}
	}
}

const (
	glossary = "docs/glossary.md"
	banned   = "## Words that are not used" // the glossary's last section
)

// allowedPhrases are those in which a banned word has another meaning.
var allowedPhrases = []string{
	`postgres or nobody`, `postgres, or else nobody`, `or as nobody`, `runs as nobody`, // the user of Unix
	`Nobody is the role`, // of collab
}

// allowedIdentifiers have a banned word as well.
var allowedIdentifiers = []string{
	"Nobody",                    // a role of collab
	"nobody", "connectAsNobody", // the user of Unix
}

// textFile is a file that is read for its text.
type textFile struct{ path, text string }

// isPage reports whether the file is a page of documentation.
func isPage(file string) bool {
	return path.Ext(file) == ".md" && (path.Dir(file) == "." || strings.HasPrefix(file, "docs/"))
}

var (
	address    = regexp.MustCompile(`https?://\S+`)
	fileName   = regexp.MustCompile(`[\w./*-]*[\w*]\.(?:go|templ|js|mjs|ts|css|sql|md|json|mod|yml|png)\b`)
	folderName = regexp.MustCompile(`\b(?:cmd|internal|web|docs|migrations|tools)/[\w./-]*\w`)
	linkTarget = regexp.MustCompile(`\]\(([^)#\s]+)[^)]*\)`)
	ofFeatures = regexp.MustCompile(`(?i)\ba feature's [\w.]+`) // a file that each feature has
)

// missingFiles finds names of files and folders in the text that are not among
// the files of the repository. A name without a folder is looked up in the folders
// that its line names; in a doc.go in those of the line before and in its package.
func missingFiles(f textFile, files []string) []string {
	var breaches, before []string
	for i, line := range strings.Split(f.text, "\n") {
		line = address.ReplaceAllString(line, "")
		named := foldersIn(line, files)
		folders := slices.Clone(named)
		if path.Base(f.path) == "doc.go" {
			folders = slices.Concat(named, before, []string{path.Dir(f.path)})
		}
		before = named
		for _, name := range namesIn(line) {
			if !exists(name, folders, files) {
				breaches = append(breaches, fmt.Sprintf("%s:%d: there is no %s", f.path, i+1, name))
			}
		}
	}
	return breaches
}

// deadLinks finds links of the page to files and folders that do not exist.
func deadLinks(f textFile, files []string) []string {
	var breaches []string
	for i, line := range strings.Split(f.text, "\n") {
		for _, match := range linkTarget.FindAllStringSubmatch(line, -1) {
			target := path.Join(path.Dir(f.path), match[1])
			if !address.MatchString(match[1]) && !isFile(target, files) && !isFolder(target, files) {
				breaches = append(breaches, fmt.Sprintf("%s:%d: the link to %s leads nowhere", f.path, i+1, match[1]))
			}
		}
	}
	return breaches
}

// namesIn returns the files and folders that the line names, outside of links'
// targets, each once.
func namesIn(line string) []string {
	line = ofFeatures.ReplaceAllString(linkTarget.ReplaceAllString(line, "]"), "")
	names := fileName.FindAllString(line, -1)
	names = append(names, folderName.FindAllString(line, -1)...)
	for i := range names {
		names[i] = strings.TrimPrefix(strings.TrimPrefix(names[i], "./"), "/")
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func foldersIn(line string, files []string) []string {
	names := folderName.FindAllString(line, -1)
	return slices.DeleteFunc(names, func(name string) bool { return !isFolder(name, files) })
}

// exists reports whether the name, which may be a pattern, is that of a file or
// folder. Scripts and styles may be named without web/static before them.
func exists(name string, folders, files []string) bool {
	if name == "js/socket.js" { // the address of the bundle of web/static/socket
		return true
	}
	ofPackage := path.Ext(name) == ".go" || path.Ext(name) == ".templ"
	if ofPackage && !strings.Contains(name, "/") && len(folders) > 0 {
		return slices.ContainsFunc(append(folders, "."), func(folder string) bool {
			return isFile(path.Join(folder, name), files)
		})
	}
	return isFolder(name, files) || isFile(name, files) || slices.ContainsFunc(files, func(file string) bool {
		return strings.HasSuffix(file, "/"+name) || matches(name, path.Base(file))
	})
}

func isFile(name string, files []string) bool {
	return slices.ContainsFunc(files, func(file string) bool { return matches(name, file) })
}

func isFolder(name string, files []string) bool {
	folder := strings.TrimSuffix(name, "/") + "/"
	return slices.ContainsFunc(files, func(file string) bool { return strings.HasPrefix(file, folder) })
}

func matches(pattern, name string) bool {
	matched, err := path.Match(pattern, name)
	return err == nil && matched
}

// unpairedMigrations finds up migrations without a down migration, and the
// other way round.
func unpairedMigrations(files []string) []string {
	var breaches []string
	for _, file := range files {
		for _, pair := range [][2]string{{".up.sql", ".down.sql"}, {".down.sql", ".up.sql"}} {
			stem, found := strings.CutSuffix(file, pair[0])
			if found && !slices.Contains(files, stem+pair[1]) {
				breaches = append(breaches, fmt.Sprintf("%s: there is no %s", file, stem+pair[1]))
			}
		}
	}
	return breaches
}

// bannedWords are those in code quotes on the left of the table in the glossary's
// last section.
func bannedWords(text string) []string {
	_, section, _ := strings.Cut(text, banned)
	var words []string
	for line := range strings.SplitSeq(section, "\n") {
		cells := strings.Split(line, "|")
		if len(cells) < 3 {
			continue
		}
		for _, match := range codeSpan.FindAllString(cells[1], -1) {
			words = append(words, strings.Trim(match, "`"))
		}
	}
	return words
}

// passage is prose that belongs together, with the number of its first line.
type passage struct {
	path string
	line int
	text string
}

var (
	codeBlock = regexp.MustCompile("(?ms)^```.*?^```")
	codeSpan  = regexp.MustCompile("`[^`\n]*`")
)

// pageProse is a page without code and without the table of banned words.
func pageProse(f textFile) []passage {
	text := f.text
	if f.path == glossary {
		text, _, _ = strings.Cut(text, banned)
	}
	for _, code := range []*regexp.Regexp{codeBlock, codeSpan} {
		text = code.ReplaceAllStringFunc(text, blank)
	}
	return []passage{{f.path, 1, text}}
}

// comments are those of a Go file, each group as one passage.
func comments(t *testing.T, f textFile) []passage {
	t.Helper()
	positions := token.NewFileSet()
	file, err := parser.ParseFile(positions, f.path, f.text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var all []passage
	for _, group := range file.Comments {
		from, to := positions.Position(group.Pos()), positions.Position(group.End())
		text := strings.ReplaceAll(f.text[from.Offset:to.Offset], "//", "  ")
		all = append(all, passage{f.path, from.Line, text})
	}
	return all
}

var camelHump = regexp.MustCompile(`[A-Z]?[a-z]+|[A-Z]+`)

// identifiers are the words of those of a Go file, each of them once.
func identifiers(t *testing.T, f textFile) []passage {
	t.Helper()
	positions := token.NewFileSet()
	file, err := parser.ParseFile(positions, f.path, f.text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	var all []passage
	ast.Inspect(file, func(node ast.Node) bool {
		if name, ok := node.(*ast.Ident); ok && !seen[name.Name] && !slices.Contains(allowedIdentifiers, name.Name) {
			seen[name.Name] = true
			words := strings.Join(camelHump.FindAllString(name.Name, -1), " ")
			all = append(all, passage{f.path, positions.Position(name.Pos()).Line, strings.ToLower(words)})
		}
		return true
	})
	return all
}

// commentsIn are the comments of languages other than Go. What begins inside of a string
// or an address, as in "https://", is none.
var commentsIn = map[string]*regexp.Regexp{
	".js":    regexp.MustCompile(`(?ms)(?:^|\s)//[^\n]*|/\*.*?\*/`),
	".ts":    regexp.MustCompile(`(?ms)(?:^|\s)//[^\n]*|/\*.*?\*/`),
	".css":   regexp.MustCompile(`(?s)/\*.*?\*/`),
	".templ": regexp.MustCompile(`(?ms)(?:^|\s)//[^\n]*|/\*.*?\*/|<!--.*?-->`),
	".sql":   regexp.MustCompile(`(?m)--[^\n]*`),
}

// otherComments are those of a file of another language than Go, as one passage: a
// sentence may go on in the comment of the next line.
func otherComments(f textFile) []passage {
	var text strings.Builder
	end := 0
	for _, at := range commentsIn[path.Ext(f.path)].FindAllStringIndex(f.text, -1) {
		text.WriteString(blank(f.text[end:at[0]]) + strings.NewReplacer("//", "  ", "--", "  ", "*", " ").Replace(f.text[at[0]:at[1]]))
		end = at[1]
	}
	return []passage{{f.path, 1, text.String()}}
}

// usesOf finds the words in the passages, also over the end of a line.
func usesOf(words []string, passages []passage) []string {
	pattern, allowed := phrases(words, `(?:'?s)?`), phrases(allowedPhrases, "")
	var breaches []string
	for _, p := range passages {
		text := allowed.ReplaceAllStringFunc(p.text, blank)
		for _, at := range pattern.FindAllStringIndex(text, -1) {
			line := p.line + strings.Count(text[:at[0]], "\n")
			breach := fmt.Sprintf("%s:%d: %q is not used here: see %s", p.path, line, text[at[0]:at[1]], glossary)
			breaches = append(breaches, breach)
		}
	}
	return breaches
}

// phrases matches any of the phrases, also at the beginning of a sentence, with
// any space between its words.
func phrases(all []string, ending string) *regexp.Regexp {
	quoted := make([]string, len(all))
	for i, phrase := range all {
		first := "[" + strings.ToUpper(phrase[:1]) + phrase[:1] + "]"
		quoted[i] = first + strings.ReplaceAll(regexp.QuoteMeta(phrase[1:]), " ", `\s+`)
	}
	return regexp.MustCompile(`\b(?:` + strings.Join(quoted, "|") + `)` + ending + `\b`)
}

// blank keeps nothing of a text but its length and its lines.
func blank(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return ' '
	}, text)
}

// filesOf are the files of the repository, without what others wrote.
func filesOf(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", ".data", "bin", "shots", "node_modules"}, d.Name()):
			return fs.SkipDir
		case !d.IsDir():
			files = append(files, filepath.ToSlash(file))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
