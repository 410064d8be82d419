package collab

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"hubbub/internal/collab/yjs"
)

const sample = `# Launch *plan*

Ship **on time** *and* ***whole***, see [the site](<https://example.com/a>) and ` + "`go test`" + `.

- [x] write
- [ ] test
  - deeper

1. one
2. two\
   and a half

> quoted
>
> twice

` + "```go\nfunc main() {}\n```" + `

| who | what |
| --- | --- |
| Sam | ~~nothing~~ |

---

2\. not a list
`

func TestDocumentMarkdownRoundTrips(t *testing.T) {
	nodes, err := parseImport(t.Context(), sample, "")
	if err != nil {
		t.Fatal(err)
	}
	read, err := readTree(t.Context(), yjs.Import(0, nodes))
	if err != nil {
		t.Fatal(err)
	}
	if got := toMarkdown(read); got != sample {
		t.Errorf("the exported Markdown is\n%s", got)
	}
}

func TestDocumentReadingShowsOnlySafeContent(t *testing.T) {
	link := func(href string) map[string]any { return map[string]any{"link": map[string]any{"href": href}} }
	page := []yjs.Node{
		{Type: "heading", Attrs: map[string]any{"level": 2.0, "onclick": "x()"}, Children: []yjs.Node{{Text: "<b>"}}},
		{Type: "paragraph", Children: []yjs.Node{
			{Text: "bold", Marks: map[string]any{"bold": map[string]any{}}},
			{Text: " "},
			{Text: "bad", Marks: link("javascript:alert(1)")},
			{Text: "worse", Marks: link(" JaVaScript:alert(1)")},
			{Text: "good", Marks: link("https://example.com/?a=1&b=2")},
			{Text: "here", Marks: link("/rooms/1")},
			{Text: "there", Marks: link("//evil.example")},
		}},
		{Type: "script", Children: []yjs.Node{{Text: "alert(1)"}}},
		{Type: "image", Attrs: map[string]any{"src": "data:text/html,x", "alt": "no"}},
		{Type: "image", Attrs: map[string]any{"src": "https://example.com/a.png", "alt": `"yes"`, "onerror": "x()"}},
		{Type: "table", Children: []yjs.Node{{Type: "tableRow", Children: []yjs.Node{{Type: "tableCell", Attrs: map[string]any{"colspan": 1e9}}}}}},
	}
	var out bytes.Buffer
	if err := Reading(page).Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	got := out.String()
	for _, want := range []string{
		"<h2>&lt;b&gt;</h2>", "<p><strong>bold</strong> bad", `href="https://example.com/?a=1&amp;b=2"`, `href="/rooms/1"`,
		"alert(1)", `src="https://example.com/a.png" alt="&#34;yes&#34;"`, `colspan="100"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in %s", want, got)
		}
	}
	for _, bad := range []string{"javascript", "JaVaScript", "<script", "onclick", "onerror", "data:", "evil"} {
		if strings.Contains(got, bad) {
			t.Errorf("%s is in %s", bad, got)
		}
	}
}

func TestDocumentImportMakesParagraphsOfPlainText(t *testing.T) {
	nodes, err := parseImport(t.Context(), "", "one\r\n\ntwo")
	if err != nil {
		t.Fatal(err)
	}
	want := []yjs.Node{paragraph(yjs.Node{Text: "one"}), paragraph(), paragraph(yjs.Node{Text: "two"})}
	if !reflect.DeepEqual(nodes, want) {
		t.Errorf("the nodes are %+v", nodes)
	}
	if text, err := readText(t.Context(), yjs.Import(0, nodes)); err != nil || text != "one\n\ntwo" {
		t.Errorf("the text is %q: %v", text, err)
	}
}
