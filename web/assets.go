package web

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
)

//go:embed static
var embedded embed.FS

// stylesheet has the styles of all pages. A folder in ownStylesheet has its styles in
// a stylesheet of its own, which only some pages load.
const stylesheet = "css/app.css"

var ownStylesheet = map[string]string{"collab": "css/collab.css"}

// bundle has all files that are served, by their names in addresses, and the version
// in these addresses.
type bundle struct {
	version string
	files   map[string][]byte
	brotli  map[string][]byte   // of files that were compressed before the build
	chunks  map[string][]string // of an entry script: the other scripts that it imports, directly or not
}

var static = sync.OnceValue(load)

// Asset returns the address of a static file, such as "chat/index.js". It changes
// when any static file changes, so browsers may keep the file permanently. Since
// all files share one prefix, relative imports and url()s in them work.
func Asset(name string) string { return "/assets/" + static().version + "/" + name }

// load reads the embedded files, joins the stylesheets and bundles the scripts. It
// panics if that fails: the binary is broken then.
func load() bundle {
	b := bundle{files: map[string][]byte{}, brotli: map[string][]byte{}}
	sources, err := readStatic()
	for _, add := range []func(map[string][]byte) error{b.addUnchanged, b.addStylesheets, b.addScripts, b.addSocketScript} {
		if err == nil {
			err = add(sources)
		}
	}
	if err != nil {
		panic(fmt.Errorf("load static files: %w", err))
	}
	b.version = version(b.files)
	return b
}

// readStatic returns the files by their names below static/.
func readStatic() (map[string][]byte, error) {
	sources := map[string][]byte{}
	err := fs.WalkDir(embedded, "static", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			sources[strings.TrimPrefix(name, "static/")], err = embedded.ReadFile(name)
		}
		return err
	})
	return sources, err
}

// addUnchanged adds what is served as it is: pictures, fonts, the service worker, and
// the bundle of packages, which is minified.
func (b *bundle) addUnchanged(sources map[string][]byte) error {
	for name, content := range sources {
		switch folder := path.Dir(name); path.Ext(name) {
		case ".css", ".ts":
		case ".br":
			b.brotli[strings.TrimSuffix(name, ".br")] = content
		case ".js":
			if folder == "." || folder == "vendor" {
				b.files[name] = content
			}
		default:
			b.files[name] = content
		}
	}
	return nil
}

// addStylesheets joins the stylesheets: those of core in the order of their names,
// which is that of the cascade's layers, and then those of the features.
func (b *bundle) addStylesheets(sources map[string][]byte) error {
	names := slices.DeleteFunc(sorted(sources), func(name string) bool { return path.Ext(name) != ".css" })
	slices.SortStableFunc(names, func(x, y string) int {
		return cmp.Compare(strings.Count(path.Dir(y), "core"), strings.Count(path.Dir(x), "core"))
	})
	sheets := map[string][]byte{}
	for _, name := range names {
		sheet := cmp.Or(ownStylesheet[path.Dir(name)], stylesheet)
		sheets[sheet] = append(sheets[sheet], sources[name]...)
	}
	for name, css := range sheets {
		var err error
		if b.files[name], err = minifyStylesheet(css); err != nil {
			return err
		}
	}
	return nil
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
