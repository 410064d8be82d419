package web

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
	"testing"
)

// The browser's tools show a module as it is in the repository, with its comments.
func TestScriptsHaveSourceMapsWithTheModules(t *testing.T) {
	sources, err := readStatic()
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for name, script := range static().files {
		if path.Ext(name) != ".js" || path.Dir(name) == "vendor" || name == "sw.js" {
			continue
		}
		if !strings.HasSuffix(string(script), "\n//# sourceMappingURL="+path.Base(name)+".map\n") {
			t.Errorf("%s does not name its source map", name)
		}
		var sourceMap struct {
			Sources        []string `json:"sources"`
			SourcesContent []string `json:"sourcesContent"`
		}
		if err := json.Unmarshal(static().files[name+".map"], &sourceMap); err != nil {
			t.Fatalf("%s.map: %v", name, err)
		}
		for i, source := range sourceMap.Sources {
			module := strings.TrimPrefix(source, "static:")
			shown[module] = true
			if sourceMap.SourcesContent[i] != string(sources[module]) {
				t.Errorf("%s.map has another text of %s", name, module)
			}
		}
	}
	for name := range sources {
		bundled := path.Ext(name) == ".js" && path.Dir(name) != "vendor" && path.Dir(name) != "."
		if bundled && !shown[name] && !slices.Contains(entries, name) { // an entry that only imports has no code
			t.Errorf("no page can load %s", name)
		}
	}
}

func TestScriptsArePreloadedWithWhatTheyImport(t *testing.T) {
	for _, entry := range entries {
		for _, chunk := range static().chunks[entry] {
			if static().files[chunk] == nil {
				t.Errorf("%s preloads %s, which does not exist", entry, chunk)
			}
		}
	}
	if chunks := static().chunks["chat/index.js"]; len(chunks) == 0 {
		t.Error("chat/index.js preloads nothing")
	}
}

func TestBundlingFailsOnAnImportThatDoesNotExist(t *testing.T) {
	sources, err := readStatic()
	if err != nil {
		t.Fatal(err)
	}
	sources["chat/index.js"] = []byte(`import './nothing.js'`)
	b := bundle{files: map[string][]byte{}}
	if err := b.addScripts(sources); err == nil || !strings.Contains(err.Error(), "chat/nothing.js") {
		t.Errorf("got %v, want an error that names chat/nothing.js", err)
	}
}
