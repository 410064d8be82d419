package collab

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"hubbub/internal/base/budget"
	"hubbub/internal/base/fault"
	"hubbub/internal/collab/yjs"
)

const (
	importAtMost = 30 * time.Second // on a busy machine; the worst takes 3 s
	memoryAtMost = 1 << 30          // bytes that one import allocates; the race detector triples them
)

// table returns Markdown whose rows have one cell, which GFM fills up to the width of the
// head.
func table(columns, rows int) string {
	return strings.Repeat("|a", columns) + "|\n" + strings.Repeat("|-", columns) + "|\n" + strings.Repeat("|b\n", rows)
}

// hostileMarkdown returns imports of about the maximum size that are costly to parse.
func hostileMarkdown() map[string]string {
	all := map[string]string{
		"a wide and long table":    table(300, 3000),
		"a table of 10,000":        table(10_000, 40_000),
		"a table of 3,000":         table(3000, 60_000),
		"a table in a list":        "- " + strings.ReplaceAll(table(300, 3000), "\n", "\n  "),
		"a table in a quote":       "> " + strings.ReplaceAll(table(300, 3000), "\n", "\n> "),
		"a table after a fake one": "|a|b|\n|-|:|\n" + table(300, 3000),
		"many tables":              strings.Repeat(table(20, 20)+"\n", 600),
		"escapes in cells":         "|a|\n|-|\n" + strings.Repeat("|`\\|`|\n", 30_000),
		"links in brackets":        strings.Repeat("[", 1500) + strings.Repeat("](a)", 1500),
		"a long plain paragraph":   strings.Repeat("a\n", 100_000),
		"a long value":             "[a](http://a/" + strings.Repeat("b", 100_000) + ")",
	}
	const size = maxContent / 4 // what the budget's time bounds is bounded at any size
	for _, unit := range []string{
		"[a](", "[a](b", "[a]: <", "[a]: b\n", "![a](b) ", "http://a ", "http://a.b/c?d=e ", "www.a.b ", "a@b.c ",
		"*a*", "**a", "_a ", "~~a~~ ", "`a` ", "``",
		"<", "<a ", "<!--", "<a@b>", "&amp;", "\\*", "> ", "- ", "1. ", "- a\n", "- a\n\n",
		"> a\n\n", "# a\n", "a\n===\n", "\n", "a\n\n", "```\n", "    a\n", "|", "|-",
		"|a|\n|-|\n", "- [ ] a\n", "é", "😀", "\t", " ", "---\n", "[a]\n\n", "[^a] ", "a  \n", "[a][b] ",
	} {
		all[unit] = strings.Repeat(unit, size/len(unit))
		paragraph := strings.Repeat(unit, 1+1000/len(unit)) + "\n\n"
		all[unit+" in paragraphs"] = strings.Repeat(paragraph, size/len(paragraph))
	}
	return all
}

func TestDocumentImportOfHostileMarkdownIsBounded(t *testing.T) {
	for name, markdown := range hostileMarkdown() {
		markdown = markdown[:min(len(markdown), maxContent)]
		took, memory := measured(func() { _ = importOf(t, markdown) })
		if took > importAtMost || memory > memoryAtMost {
			t.Errorf("%.30q took %v and %d MB", name, took, memory>>20)
		}
		if testing.Verbose() {
			t.Logf("%.30q: %v, %d MB", name, took.Round(time.Millisecond), memory>>20)
		}
	}
}

// importOf runs the steps of an import before anything is stored.
func importOf(t testing.TB, markdown string) error {
	t.Helper()
	nodes, err := parseImport(t.Context(), markdown, "")
	if err == nil {
		err = checkSeed(seedOf(nodes))
	}
	if err != nil && !fault.Is(err, http.StatusUnprocessableEntity) {
		t.Errorf("%.30q: %v", markdown, err)
	}
	return err
}

// measured returns the time and the allocated bytes of a call.
func measured(call func()) (took time.Duration, allocated uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	call()
	took = time.Since(began)
	runtime.ReadMemStats(&after)
	return took, after.TotalAlloc - before.TotalAlloc
}

func TestDocumentImportRefusesTooManyTableCells(t *testing.T) {
	for name, markdown := range map[string]string{
		"a table": table(300, 3000), "a table in a list": "- " + strings.ReplaceAll(table(300, 3000), "\n", "\n  "),
		"many tables":              strings.Repeat(table(20, 20)+"\n", 600),
		"a table after a fake one": "|a|b|\n|-|:|\n" + table(300, 3000),
	} {
		_, memory := measured(func() {
			if importOf(t, markdown) == nil {
				t.Errorf("%s was imported", name)
			}
		})
		if most := uint64(64 << 20); memory > most {
			t.Errorf("%s: %d MB were allocated before it was refused", name, memory>>20)
		}
	}
}

func TestDocumentImportAcceptsTableOfMaxCells(t *testing.T) {
	if err := importOf(t, table(100, budget.MaxCells/100-1)); err != nil {
		t.Errorf("a table of %d cells: %v", budget.MaxCells, err)
	}
}

func TestDocumentImportRefusesTooLargeResult(t *testing.T) {
	for name, markdown := range map[string]string{
		"many links":      strings.Repeat("www.a.b ", 25_000),
		"a long address":  "[a](http://a/" + strings.Repeat("b", 100_000) + ")",
		"many paragraphs": strings.Repeat("a\n\n", 60_000),
	} {
		if importOf(t, markdown) == nil {
			t.Errorf("%s was imported", name)
		}
	}
	lines, err := parseImport(t.Context(), "", strings.Repeat("\n", maxContent))
	if err == nil {
		err = checkSeed(yjs.Import(0, lines))
	}
	if !fault.Is(err, http.StatusUnprocessableEntity) {
		t.Errorf("200 KiB of empty lines: %v", err)
	}
}

func TestDocumentImportEndsWithRequest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := parseImport(ctx, strings.Repeat("- *a*\n\n", 10_000), ""); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the request the error is %v", err)
	}
}

func TestDocumentImportRunsOncePerUser(t *testing.T) {
	n := newNode(t)
	n.importing.Store(int64(1), true)
	title := "Two"
	if _, err := n.Import(t.Context(), nil, 1, Draft{Title: &title}, "a", ""); !fault.Is(err, http.StatusConflict) {
		t.Errorf("a second import: %v", err)
	}
	n.importing.Delete(int64(1))
	for range 2 {
		if _, err := n.Import(t.Context(), nil, 1, Draft{Title: &title}, "a", ""); err != nil {
			t.Errorf("an import after another: %v", err)
		}
	}
}

// FuzzDocumentImport checks that every document that an import makes can be read.
func FuzzDocumentImport(f *testing.F) {
	f.Add("# a\n\n- [x] *b* `c`\n\n| d |\n|---|\n| e |")
	for _, markdown := range hostileMarkdown() {
		f.Add(markdown[:min(len(markdown), 4000)])
	}
	f.Fuzz(func(t *testing.T, markdown string) {
		nodes, err := parseImport(t.Context(), markdown, "")
		if err != nil {
			return
		}
		seed := seedOf(nodes)
		if checkSeed(seed) != nil {
			return
		}
		if _, err := readTree(t.Context(), seed); err != nil {
			t.Fatalf("the imported document cannot be read: %v", err)
		}
	})
}

func TestDocumentRewriteHasLimitsOfUpdates(t *testing.T) {
	n := newNode(t)
	doc := n.createDocument()
	err := n.openLive(doc).rewrite(t.Context(), nil, 1, Rewriting{DocID: doc, Content: strings.Repeat("\n", maxContent)})
	if !fault.Is(err, http.StatusRequestEntityTooLarge) {
		t.Errorf("a text of 200,000 empty lines: %v", err)
	}
}
