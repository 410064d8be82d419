package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// The scripts are bundled when the first App of this process starts, in some 100 ms: so
// there is no build step between the source and the browser. The source maps show the
// modules with their comments in the browser's tools.

// coreScript is the entry of pages without scripts of their own. The other entries
// import it.
const coreScript = "core/index.js"

// entries are the scripts that pages name in Page.Scripts.
var entries = []string{
	coreScript,
	"chat/index.js",
	"collab/index.js", "collab/list.js",
	"dashboard/counter.js", "dashboard/index.js", "dashboard/products.js", "dashboard/system.js",
	"playground/index.js",
	"search/index.js",
	"shell/index.js",
}

// buildOptions returns the options of all builds. The target is what tsconfig.json checks against.
func buildOptions(sources map[string][]byte) api.BuildOptions {
	return api.BuildOptions{
		Bundle: true, Target: api.ES2024, LogLevel: api.LogLevelSilent, Charset: api.CharsetUTF8,
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true,
		Sourcemap: api.SourceMapLinked, LegalComments: api.LegalCommentsNone,
		AbsWorkingDir: "/", Outdir: "/",
		Plugins: []api.Plugin{readFrom(sources)},
	}
}

// addScripts bundles the entry scripts. What several of them import becomes chunks,
// which they share.
func (b *bundle) addScripts(sources map[string][]byte) error {
	options := buildOptions(sources)
	options.Format, options.Splitting, options.ChunkNames = api.FormatESModule, true, "chunks/[name]-[hash]"
	options.Metafile = true
	for _, entry := range entries {
		options.EntryPointsAdvanced = append(options.EntryPointsAdvanced, api.EntryPoint{
			InputPath: entry, OutputPath: strings.TrimSuffix(entry, ".js"),
		})
	}
	metafile, err := b.build(options)
	if err != nil {
		return err
	}
	b.chunks, err = chunksOf(metafile)
	return err
}

// addSocketScript bundles the client of the socket into one classic script.
func (b *bundle) addSocketScript(sources map[string][]byte) error {
	options := buildOptions(sources)
	options.Format = api.FormatIIFE
	options.EntryPointsAdvanced = []api.EntryPoint{{
		InputPath: "socket/index.js", OutputPath: strings.TrimSuffix(socketScript, ".js"),
	}}
	_, err := b.build(options)
	return err
}

// build adds the files that a build makes, and returns its metafile.
func (b *bundle) build(options api.BuildOptions) (metafile string, err error) {
	result := api.Build(options)
	for _, message := range result.Errors {
		err = errors.Join(err, fmt.Errorf("bundle the scripts: %s", message.Text))
	}
	for _, file := range result.OutputFiles {
		b.files[strings.TrimPrefix(file.Path, "/")] = file.Contents
	}
	return result.Metafile, err
}

// readFrom lets a build read its modules from the embedded files. The bundle of
// packages is not read: it stays a file of its own. Since all scripts are in folders
// directly below the version's, its relative address is the same for all.
func readFrom(sources map[string][]byte) api.Plugin {
	resolve := func(args api.OnResolveArgs) (api.OnResolveResult, error) {
		name := args.Path
		if args.Kind != api.ResolveEntryPoint {
			name = path.Join(path.Dir(args.Importer), name)
		}
		if path.Dir(name) == "vendor" {
			return api.OnResolveResult{Path: "../" + name, External: true}, nil
		}
		if sources[name] == nil {
			return api.OnResolveResult{}, fmt.Errorf("%s imports %s, which does not exist", args.Importer, name)
		}
		return api.OnResolveResult{Path: name, Namespace: "static"}, nil
	}
	load := func(args api.OnLoadArgs) (api.OnLoadResult, error) {
		content := string(sources[args.Path])
		return api.OnLoadResult{Contents: &content, Loader: api.LoaderJS}, nil
	}
	return api.Plugin{Name: "static", Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: ".*"}, resolve)
		build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: "static"}, load)
	}}
}

// chunksOf returns, for each entry script, the scripts that it imports statically. A
// page preloads them, so that a browser need not read one to learn of the next.
func chunksOf(metafile string) (map[string][]string, error) {
	var build struct {
		Outputs map[string]struct {
			Imports []struct {
				Path     string
				Kind     string
				External bool
			}
		}
	}
	if err := json.Unmarshal([]byte(metafile), &build); err != nil {
		return nil, fmt.Errorf("read the bundler's metafile: %w", err)
	}
	chunks := map[string][]string{}
	var collect func(entry, script string)
	collect = func(entry, script string) {
		for _, imported := range build.Outputs[script].Imports {
			seen := slices.Contains(chunks[entry], imported.Path)
			if imported.Kind == "import-statement" && !imported.External && !seen {
				chunks[entry] = append(chunks[entry], imported.Path)
				collect(entry, imported.Path)
			}
		}
	}
	for _, entry := range entries {
		collect(entry, entry)
	}
	return chunks, nil
}

func minifyStylesheet(css []byte) ([]byte, error) {
	result := api.Transform(string(css), api.TransformOptions{
		Loader: api.LoaderCSS, MinifyWhitespace: true, MinifySyntax: true, LegalComments: api.LegalCommentsNone,
	})
	for _, message := range result.Errors {
		return nil, fmt.Errorf("minify a stylesheet: %s", message.Text)
	}
	return result.Code, nil
}

// loaded returns the entry scripts of the page and, each once, the scripts that they
// import.
func (p Page) loaded() (scripts, chunks []string) {
	scripts = p.Scripts
	if len(scripts) == 0 {
		scripts = []string{coreScript}
	}
	for _, script := range scripts {
		for _, chunk := range static().chunks[script] {
			if !slices.Contains(chunks, chunk) {
				chunks = append(chunks, chunk)
			}
		}
	}
	return scripts, chunks
}
