package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func get(t *testing.T, address string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r io.Reader) []byte {
	t.Helper()
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestAssetsAreImmutableAndTyped(t *testing.T) {
	for name, kind := range map[string]string{
		stylesheet:                "text/css; charset=utf-8",
		"icons.svg":               "image/svg+xml",
		"fonts/inter-latin.woff2": "font/woff2",
	} {
		res := get(t, Asset(name))
		if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != kind {
			t.Errorf("%s: %d %q, want 200 %q", name, res.StatusCode, res.Header.Get("Content-Type"), kind)
		}
		if res.Header.Get("Cache-Control") != immutableForAYear {
			t.Errorf("%s: Cache-Control %q", name, res.Header.Get("Cache-Control"))
		}
	}
}

func TestAssetEncodingsDecompressToTheFile(t *testing.T) {
	plain := body(t, get(t, Asset(stylesheet)).Body)

	res := get(t, Asset(stylesheet), "Accept-Encoding", "gzip, br;q=0.9")
	if res.Header.Get("Content-Encoding") != "br" || res.Header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("headers %v, want br and Vary", res.Header)
	}
	if !bytes.Equal(body(t, brotli.NewReader(res.Body)), plain) {
		t.Error("the brotli variant differs from the file")
	}

	res = get(t, Asset(stylesheet), "Accept-Encoding", "gzip, br;q=0")
	if res.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("Content-Encoding %q, want gzip", res.Header.Get("Content-Encoding"))
	}
	unpacked, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(body(t, unpacked), plain) {
		t.Error("the gzip variant differs from the file")
	}
}

func TestAssetCompressedBeforeTheBuildIsTheFile(t *testing.T) {
	for name, compressed := range static().brotli {
		if !bytes.Equal(body(t, brotli.NewReader(bytes.NewReader(compressed))), static().files[name]) {
			t.Errorf("%s.br is not %s: run make vendor", name, name)
		}
	}
}

func TestAssetFontIsNotCompressedAgain(t *testing.T) {
	res := get(t, Asset("fonts/inter-latin.woff2"), "Accept-Encoding", "gzip, br")
	if got := res.Header.Get("Content-Encoding"); got != "" {
		t.Errorf("Content-Encoding %q", got)
	}
}

func TestAssetsAtUnknownAndOldAddressesAre404(t *testing.T) {
	for _, address := range []string{
		Asset("nothing.css"), Asset("core/01-tokens.css"), Asset(""), "/assets/000000000000/css/app.css", "/assets/", "/core/index.js",
	} {
		if res := get(t, address); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", address, res.StatusCode)
		}
	}
}

func TestAcceptsReadsWeights(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "br": true, "gzip, br": true, "gzip,br;q=1.0": true, "br;q=0": false, "br; q=0.0": false, "br;q=0.5": true, "brx": false,
	} {
		if accepts(header, "br") != want {
			t.Errorf("accepts(%q) is not %v", header, want)
		}
	}
}

func TestStylesheetBeginsWithTheOrderOfLayers(t *testing.T) {
	css := string(static().files[stylesheet])
	if !strings.HasPrefix(css, "@layer reset,tokens,base,layout,components,pages,utilities;") {
		t.Errorf("begins with %.80q", css)
	}
}

// The budget is for the stylesheet of all pages.
func TestStylesheetIsSmall(t *testing.T) {
	const budget = 14 << 10
	size := len(compressBrotli(static().files[stylesheet]))
	t.Logf("%d bytes with brotli", size)
	if size > budget {
		t.Errorf("%d bytes with brotli, want at most %d", size, budget)
	}
}

func TestSocketScriptIsRevalidated(t *testing.T) {
	res := get(t, "/js/socket.js")
	tag := res.Header.Get("ETag")
	if res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-cache" || tag == "" {
		t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
	if res := get(t, "/js/socket.js", "If-None-Match", tag); res.StatusCode != http.StatusNotModified {
		t.Errorf("with its tag: %d, want 304", res.StatusCode)
	}
}

func TestServiceWorkerIsAtTheRootAndRevalidated(t *testing.T) {
	for name, kind := range map[string]string{"/sw.js": "text/javascript; charset=utf-8", "/icon-192.png": "image/png", "/badge-96.png": "image/png"} {
		res := get(t, name)
		if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != kind || res.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %d %v, want 200, %s and no-cache", name, res.StatusCode, res.Header, kind)
		}
		if policy := res.Header.Get("Cross-Origin-Resource-Policy"); policy != "" {
			t.Errorf("%s: Cross-Origin-Resource-Policy %q, want none", name, policy)
		}
	}
}
