package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed static
var embedded embed.FS

// stylesheet is the file that the stylesheets directly in static/css are joined
// to. A subfolder becomes a stylesheet of its own.
const stylesheet = "css/app.css"

// bundle has all static files, by their names below static/, and the version
// in their addresses.
type bundle struct {
	version string
	files   map[string][]byte
}

var static = sync.OnceValue(load)

// Asset returns the address of a static file, such as "js/app.js". It changes
// when any static file changes, so browsers may keep the file permanently. Since
// all files share one prefix, relative imports and url()s in them work.
func Asset(name string) string { return "/assets/" + static().version + "/" + name }

// load reads the embedded files and joins the stylesheets. It panics if a file
// cannot be read: the binary is broken then.
func load() bundle {
	files := map[string][]byte{}
	err := fs.WalkDir(embedded, "static", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := embedded.ReadFile(name)
		add(files, strings.TrimPrefix(name, "static/"), content)
		return err
	})
	if err != nil {
		panic(fmt.Errorf("read static files: %w", err))
	}
	return bundle{version: version(files), files: files}
}

// add adds a file. Stylesheets are joined in the order of the calls, which is
// WalkDir's order of names and thereby that of the cascade's layers.
func add(files map[string][]byte, name string, content []byte) {
	switch path.Ext(name) {
	case ".css":
		sheet := sheetOf(name)
		files[sheet] = append(files[sheet], stripStylesheet(content)...)
	case ".js":
		files[name] = content
		if path.Dir(name) != "vendor" { // the bundle is minified
			files[name] = stripScript(content)
		}
	default:
		files[name] = content
	}
}

// sheetOf returns the name of the stylesheet that a file belongs to:
// "css/document.css" for a file in css/document.
func sheetOf(name string) string {
	if folder := path.Dir(name); folder != path.Dir(stylesheet) {
		return folder + ".css"
	}
	return stylesheet
}

var (
	comments    = regexp.MustCompile(`(?s)/\*.*?\*/`)
	indentation = regexp.MustCompile(`\n\s*`)

	// Comments that begin a line. A comment after code stays: only a parser could
	// distinguish it from a string or a regular expression.
	blockLines = regexp.MustCompile(`(?m)^[ \t]*/\*(?:[^*]|\*[^/])*\*/[ \t]*\n`)
	lines      = regexp.MustCompile(`(?m)^[ \t]*//.*\n`)
)

// stripStylesheet removes comments and indentation: a fifth of the compressed
// size.
func stripStylesheet(css []byte) []byte {
	return indentation.ReplaceAll(comments.ReplaceAll(css, nil), []byte("\n"))
}

// stripScript removes the comments that begin a line: a third of the scripts.
// Other line breaks stay, because they end statements.
func stripScript(js []byte) []byte {
	return lines.ReplaceAll(blockLines.ReplaceAll(js, nil), nil)
}

// version returns a hash over the names and contents of all files.
func version(files map[string][]byte) string {
	sum := sha256.New()
	for _, name := range sorted(files) {
		fmt.Fprintf(sum, "%s %d\n", name, len(files[name]))
		sum.Write(files[name])
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
}

func sorted(files map[string][]byte) []string { return slices.Sorted(maps.Keys(files)) }
