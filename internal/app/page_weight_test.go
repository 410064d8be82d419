package app_test

import (
	"fmt"
	"net/http"
	"path"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"hubbub/internal/testkit"
	"hubbub/web"
)

// weight is what scripts cost a browser that has none of them yet.
type weight struct {
	requests int
	bytes    int // as served to a browser, which accepts brotli
}

// The most that the scripts of a page may weigh.
var (
	pageBudget     = weight{6, 25_000}
	roomBudget     = weight{6, 30_000}
	documentBudget = weight{9, 200_000} // with the editor, which is fetched when the text can be read
)

// editorScript is the script whose dynamic imports a document fetches when it is loaded.
// Other dynamic imports are fetched when what they show is first opened.
const editorScript = "collab/index.js"

func TestPageScriptsAreFewAndSmall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	measured := map[string]bool{}
	for _, r := range routeTable {
		if !strings.HasPrefix(r.route, "GET /") || strings.HasPrefix(r.route, "GET /api/") || r.by != either {
			continue
		}
		page := w.target(r)
		for _, caller := range []string{"anonymous", "owner", "admin"} {
			answer := w.call(caller, page, false, false)
			if answer.Status != http.StatusOK || !strings.HasPrefix(answer.Body, "<!doctype html>") {
				continue
			}
			measured[r.route] = true
			checkWeight(t, r.route+" for "+caller, w.clients[caller], answer.Body)
		}
	}
	for _, route := range []string{"GET /", "GET /signin", "GET /rooms/:room", "GET /documents/:document", "GET /dashboard", "GET /search"} {
		if !measured[route] {
			t.Errorf("%s was not measured", route)
		}
	}
}

func checkWeight(t *testing.T, page string, client *testkit.Client, body string) {
	budget := pageBudget
	if strings.HasPrefix(page, "GET /rooms/:room ") {
		budget = roomBudget
	}
	scripts := loadedScripts{t: t, client: client, sizes: map[string]int{}, later: map[string][]string{}}
	for _, address := range scriptsOf(t, body) {
		scripts.load(address)
	}
	scripts.check(page, budget)
	if later := scripts.later[web.Asset(editorScript)]; len(later) > 0 {
		for _, address := range later {
			scripts.load(address)
		}
		scripts.check(page+", with the editor", documentBudget)
	}
}

// scriptsOf returns the addresses of the scripts that the page's HTML names.
func scriptsOf(t *testing.T, page string) []string {
	t.Helper()
	var addresses []string
	tokens := html.NewTokenizer(strings.NewReader(page))
	for kind := tokens.Next(); kind != html.ErrorToken; kind = tokens.Next() {
		element, attributes := tokens.Token(), map[string]string{}
		for _, a := range element.Attr {
			attributes[a.Key] = a.Val
		}
		switch {
		case element.Data == "script" && attributes["src"] != "":
			addresses = append(addresses, attributes["src"])
		case attributes["rel"] == "modulepreload":
			addresses = append(addresses, attributes["href"])
		}
	}
	return addresses
}

// loadedScripts are the scripts that a browser has loaded, by their addresses.
type loadedScripts struct {
	t      *testing.T
	client *testkit.Client
	sizes  map[string]int
	later  map[string][]string // the dynamic imports of each script
}

var (
	staticImport  = regexp.MustCompile(`\b(?:from|import)"([^"]+\.js)"`)
	dynamicImport = regexp.MustCompile(`\bimport\("([^"]+\.js)"\)`)
)

// load loads a script and those that it imports.
func (s *loadedScripts) load(address string) {
	s.t.Helper()
	if s.sizes[address] > 0 {
		return
	}
	served := s.client.Do(http.MethodGet, address, nil, "Accept-Encoding", "br").Want(http.StatusOK)
	if got := served.Header.Get("Content-Encoding"); got != "br" {
		s.t.Errorf("%s: Content-Encoding %q, want br", address, got)
	}
	s.sizes[address] = len(served.Body)
	code := s.client.Get(address).Want(http.StatusOK).Body
	for _, imported := range staticImport.FindAllStringSubmatch(code, -1) {
		s.load(path.Join(path.Dir(address), imported[1]))
	}
	for _, imported := range dynamicImport.FindAllStringSubmatch(code, -1) {
		s.later[address] = append(s.later[address], path.Join(path.Dir(address), imported[1]))
	}
}

func (s *loadedScripts) check(page string, most weight) {
	s.t.Helper()
	got := weight{requests: len(s.sizes)}
	for _, size := range s.sizes {
		got.bytes += size
	}
	report := fmt.Sprintf("%s: %d requests and %d bytes of scripts", page, got.requests, got.bytes)
	s.t.Log(report)
	if got.requests > most.requests || got.bytes > most.bytes {
		s.t.Errorf("%s, want at most %d and %d: %v", report, most.requests, most.bytes, s.sizes)
	}
}
