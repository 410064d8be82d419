package web

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// socketScript keeps one address for ever, because pages that are not ours
// name it.
const socketScript = "js/socket.js"

// steady are the files that keep an address of their own beside it: a service
// worker is one thing with its address, stands at the root of what it is for,
// and names its pictures while versions come and go.
var steady = []string{"sw.js", "icon-192.png", "badge-96.png"}

// forever is a year: the most that a cache is asked to keep anything.
const forever = "public, max-age=31536000, immutable"

var types = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".json":  "application/json",
	".md":    "text/plain; charset=utf-8",
	".png":   "image/png",
	".svg":   "image/svg+xml",
	".wasm":  "application/wasm",
	".woff2": "font/woff2",
}

// variants are one file as it can be sent. Both encodings are nil where
// compressing does not pay.
type variants struct {
	kind   string
	plain  []byte
	brotli []byte
	gzip   []byte
}

// Handler serves what Asset names, immutable; and socket.js at /js/socket.js and
// the service worker with its pictures at the root, where a browser asks each
// time whether they changed. Any other address, also
// one of an older version, is 404.
func Handler() *http.ServeMux { return handler() }

var handler = sync.OnceValue(newHandler)

func newHandler() *http.ServeMux {
	all := static()
	mux := http.NewServeMux()
	for name, content := range all.files {
		mux.HandleFunc("GET /assets/"+all.version+"/"+name, immutable(compressed(name, content)))
	}
	if script, ok := all.files[socketScript]; ok {
		mux.HandleFunc("GET /"+socketScript, toAnyOrigin(revalidated(compressed(socketScript, script), all.version)))
	}
	for _, name := range steady {
		mux.HandleFunc("GET /"+name, revalidated(compressed(name, all.files[name]), all.version))
	}
	return mux
}

func immutable(file func() variants) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", forever)
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
		file().send(w, r)
	}
}

// toAnyOrigin lets other origins load the file: which of them may connect is the
// socket's to say.
func toAnyOrigin(file http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		file(w, r)
	}
}

// revalidated is a file that a browser keeps, and asks about each time. The tag
// is weak because the encodings share it.
func revalidated(file func() variants, version string) http.HandlerFunc {
	tag := `W/"` + version + `"`
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		file().send(w, r)
	}
}

func (v variants) send(w http.ResponseWriter, r *http.Request) {
	header, content := w.Header(), v.plain
	header.Set("Content-Type", v.kind)
	header.Set("X-Content-Type-Options", "nosniff")
	if v.brotli != nil {
		header.Set("Vary", "Accept-Encoding")
		content = v.encode(header, r.Header.Get("Accept-Encoding"))
	}
	header.Set("Content-Length", strconv.Itoa(len(content)))
	w.Write(content)
}

func (v variants) encode(header http.Header, accepted string) []byte {
	switch {
	case accepts(accepted, "br"):
		header.Set("Content-Encoding", "br")
		return v.brotli
	case accepts(accepted, "gzip"):
		header.Set("Content-Encoding", "gzip")
		return v.gzip
	}
	return v.plain
}

// accepts says whether an Accept-Encoding names a coding and does not refuse
// it by q=0. Wildcards count as no: every browser names what it takes.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, weight, weighted := strings.Cut(part, ";")
		if strings.TrimSpace(name) == coding {
			return !weighted || strings.Trim(strings.TrimSpace(weight), "q=0.") != ""
		}
	}
	return false
}

// compressed makes a file's variants at its first request and once: all of them
// would take longer than the rest of the start.
func compressed(name string, content []byte) func() variants {
	return sync.OnceValue(func() variants {
		v := variants{kind: types[path.Ext(name)], plain: content}
		if ext := path.Ext(name); ext != ".woff2" && ext != ".png" { // are compressed already
			v.brotli, v.gzip = brotlied(content), gzipped(content)
		}
		return v
	})
}

// brotliLevel is just below those that make files a little smaller in twenty
// times the time, for which the first visitor waits.
const brotliLevel = 9

func brotlied(content []byte) []byte {
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, brotliLevel)
	w.Write(content) // a Buffer takes everything
	w.Close()
	return out.Bytes()
}

func gzipped(content []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // fails on unknown levels only
	w.Write(content)
	w.Close()
	return out.Bytes()
}
