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

// stylesheet is the one file that static/css becomes, without its folders: each
// of them is a stylesheet of its own, for the pages that name it.
const stylesheet = "css/app.css"

// bundle is every static file, by its name below static/, and the one
// version that their addresses carry.
type bundle struct {
	version string
	files   map[string][]byte
}

var static = sync.OnceValue(load)

// Asset is the address of a static file, such as "js/app.js". It changes
// whenever any static file does, so browsers may keep it for ever. Since all
// files share one prefix, the relative imports and url()s in them work.
func Asset(name string) string { return "/assets/" + static().version + "/" + name }

// load reads the embedded files and joins the stylesheets. A file that cannot
// be read is a broken binary, so it panics.
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

// add keeps a file. Stylesheets are appended to one another in the order of
// their names, which WalkDir keeps: it is the order of the cascade's layers.
func add(files map[string][]byte, name string, content []byte) {
	switch path.Ext(name) {
	case ".css":
		sheet := sheetOf(name)
		files[sheet] = append(files[sheet], squeeze(content)...)
	case ".js":
		files[name] = content
		if path.Dir(name) != "vendor" { // is small already
			files[name] = squeezeScript(content)
		}
	default:
		files[name] = content
	}
}

// sheetOf names the stylesheet that a file becomes a part of: "css/document.css"
// for those in css/document.
func sheetOf(name string) string {
	if folder := path.Dir(name); folder != path.Dir(stylesheet) {
		return folder + ".css"
	}
	return stylesheet
}

var (
	comments    = regexp.MustCompile(`(?s)/\*.*?\*/`)
	indentation = regexp.MustCompile(`\n\s*`)

	// Comments that begin a line. Whatever stands behind code is left alone: to
	// tell it from a string or a regular expression takes a parser.
	blockLines = regexp.MustCompile(`(?m)^[ \t]*/\*(?:[^*]|\*[^/])*\*/[ \t]*\n`)
	lines      = regexp.MustCompile(`(?m)^[ \t]*//.*\n`)
)

// squeeze drops what only readers of the source need: a fifth of its size on
// the wire.
func squeeze(css []byte) []byte {
	return indentation.ReplaceAll(comments.ReplaceAll(css, nil), []byte("\n"))
}

// squeezeScript does the same for scripts, whose comments are a third of them.
// Line breaks stay: they end statements.
func squeezeScript(js []byte) []byte {
	return lines.ReplaceAll(blockLines.ReplaceAll(js, nil), nil)
}

// version is a hash over the names and contents of all files.
func version(files map[string][]byte) string {
	sum := sha256.New()
	for _, name := range sorted(files) {
		fmt.Fprintf(sum, "%s %d\n", name, len(files[name]))
		sum.Write(files[name])
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
}

func sorted(files map[string][]byte) []string { return slices.Sorted(maps.Keys(files)) }
