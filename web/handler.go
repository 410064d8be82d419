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

// socketScript has a stable address as well, because pages of other sites link
// to it.
const socketScript = "js/socket.js"

// rootFiles have a stable address as well: a browser identifies a service worker
// by its address, whose folder is its scope, and the worker refers to its
// pictures across versions.
var rootFiles = []string{"sw.js", "icon-192.png", "badge-96.png"}

// immutableForAYear is the Cache-Control of files whose address has a version.
// A year is the longest lifetime that RFC 2616 (14.21) allows.
const immutableForAYear = "public, max-age=31536000, immutable"

var types = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".json":  "application/json",
	".map":   "application/json",
	".md":    "text/plain; charset=utf-8",
	".png":   "image/png",
	".svg":   "image/svg+xml",
	".wasm":  "application/wasm",
	".woff2": "font/woff2",
}

// variants are the encodings of one file. brotli and gzip are nil for a file
// that is compressed already.
type variants struct {
	kind   string
	plain  []byte
	brotli []byte
	gzip   []byte
}

// Handler serves files at their address from [Asset] as immutable, and
// /js/socket.js, /sw.js, /icon-192.png and /badge-96.png with an ETag that
// browsers revalidate each time. It answers 404 to any other address, including
// one of an older version.
func Handler() *http.ServeMux { return handler() }

var handler = sync.OnceValue(newHandler)

func newHandler() *http.ServeMux {
	all := static()
	mux := http.NewServeMux()
	for name, content := range all.files {
		mux.HandleFunc("GET /assets/"+all.version+"/"+name, serveImmutable(lazyVariants(name, content, all.brotli[name])))
	}
	if script, ok := all.files[socketScript]; ok {
		file := lazyVariants(socketScript, script, nil)
		mux.HandleFunc("GET /"+socketScript, allowAnyOrigin(serveRevalidated(file, all.version)))
	}
	for _, name := range rootFiles {
		mux.HandleFunc("GET /"+name, serveRevalidated(lazyVariants(name, all.files[name], nil), all.version))
	}
	return mux
}

func serveImmutable(file func() variants) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", immutableForAYear)
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
		file().send(w, r)
	}
}

// allowAnyOrigin lets other origins load the file; the socket decides which of
// them may connect.
func allowAnyOrigin(file http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		file(w, r)
	}
}

// serveRevalidated serves a file that a browser keeps but revalidates each time.
// The ETag is weak because all encodings share it.
func serveRevalidated(file func() variants, version string) http.HandlerFunc {
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

// accepts reports whether an Accept-Encoding header names a coding without
// refusing it by q=0. It ignores wildcards: browsers name each coding.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, weight, weighted := strings.Cut(part, ";")
		if strings.TrimSpace(name) == coding {
			return !weighted || strings.Trim(strings.TrimSpace(weight), "q=0.") != ""
		}
	}
	return false
}

// lazyVariants returns a function that compresses a file at its first call, and
// so at its first request: compressing all files would take longer than the rest
// of the start. compressed is the file with brotli, or nil if it has to be made.
func lazyVariants(name string, content, compressed []byte) func() variants {
	return sync.OnceValue(func() variants {
		v := variants{kind: types[path.Ext(name)], plain: content}
		if ext := path.Ext(name); ext != ".woff2" && ext != ".png" { // compressed formats
			v.gzip = compressGzip(content)
			if v.brotli = compressed; v.brotli == nil {
				v.brotli = compressBrotli(content)
			}
		}
		return v
	})
}

// brotliLevel is below the levels 10 and 11, which take about twenty times as
// long, while the first request waits, for slightly smaller files.
const brotliLevel = 9

func compressBrotli(content []byte) []byte {
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, brotliLevel)
	w.Write(content) // a Buffer never fails
	w.Close()
	return out.Bytes()
}

func compressGzip(content []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // fails on unknown levels only
	w.Write(content)
	w.Close()
	return out.Bytes()
}
