package hubbub_test

import (
	"slices"
	"strings"
	"testing"
)

var plantedFiles = []string{
	"README.md", "arch_test.go", "docs/protocol.md", "docs/decisions/0001-first.md",
	"internal/chat/doc.go", "internal/chat/send.go", "internal/chat/send_templ.go", "internal/chat/rows.templ",
	"internal/notify/tell.go", "web/static/chat/row.js",
}

func TestMissingFilesAreFound(t *testing.T) {
	for _, planted := range []struct{ path, text, want string }{
		{"internal/chat/doc.go", "// Send (send.go) calls tell.go.", "internal/chat/doc.go:1: there is no tell.go"},
		{"internal/chat/doc.go", "// It is drawn\n// by pages.templ.", "doc.go:2: there is no pages.templ"},
		{"internal/chat/doc.go", "// The page (js/chat/line.js) draws it.", "there is no js/chat/line.js"},
		{"internal/chat/doc.go", "// See internal/live/hub.", "there is no internal/live/hub"},
		{"README.md", "| `internal/chat` | `send.go` → `tell.go` |", "README.md:1: there is no tell.go"},
		{"README.md", "Read `gone.go`.", "there is no gone.go"},
		{"README.md", "The files `chat_*.go`.", "there is no chat_*.go"},
	} {
		breaches := missingFiles(textFile{planted.path, planted.text}, plantedFiles)
		if len(breaches) != 1 || !strings.Contains(breaches[0], planted.want) {
			t.Errorf("%s with %q: want one breach with %q, got %q", planted.path, planted.text, planted.want, breaches)
		}
	}
}

func TestNamesOfFilesThatExistAreNoBreach(t *testing.T) {
	for path, text := range map[string]string{
		"internal/chat/doc.go": "// Send (send.go) calls internal/notify\n" +
			"// (tell.go); chat/row.js and row.js draw it.\n" +
			"// See arch_test.go and https://github.com/yjs/yjs/blob/main/INTERNALS.md.\n" +
			"// A hub.Conn, go.sum, collab.updates, a feature's pages.go.",
		"README.md": "[`internal/chat`](internal/chat): `send.go`, and `internal/notify/tell.go`; `*_templ.go`\n" +
			"`tell.go`, `/chat/row.js`, `*.templ`, [protocol](docs/protocol.md#events), [events](#events)",
		"docs/protocol.md": "See [the first](decisions/0001-first.md) and [README](../README.md).",
	} {
		if breaches := missingFiles(textFile{path, text}, plantedFiles); len(breaches) > 0 {
			t.Errorf("%s: %q", path, breaches)
		}
	}
}

func TestDeadLinksAreFound(t *testing.T) {
	text := "[a](decisions/0001-first.md) [b](../README.md#read-it) [c](#here) [d](https://go.dev)\n[e](decisions/0002.md)"
	breaches := deadLinks(textFile{"docs/protocol.md", text}, plantedFiles)
	want := []string{"docs/protocol.md:2: the link to decisions/0002.md leads nowhere"}
	if !slices.Equal(breaches, want) {
		t.Errorf("got %q", breaches)
	}
}

func TestUnpairedMigrationsAreFound(t *testing.T) {
	breaches := unpairedMigrations([]string{"1_a.up.sql", "1_a.down.sql", "2_b.up.sql", "3_c.down.sql"})
	want := []string{"2_b.up.sql: there is no 2_b.down.sql", "3_c.down.sql: there is no 3_c.up.sql"}
	if !slices.Equal(breaches, want) {
		t.Errorf("got %q", breaches)
	}
}

const plantedGlossary = "| term | `somewhere` |\n\n" + banned + "\n\nIn `code`:\n\n| not | but |\n| --- | --- |\n" +
	"| load, `parcel` | `batch` |\n| `for ever`, `nobody` | again |\n"

func TestBannedWordsAreReadFromTheGlossary(t *testing.T) {
	if words := bannedWords(plantedGlossary); !slices.Equal(words, []string{"parcel", "for ever", "nobody"}) {
		t.Errorf("got %q", words)
	}
}

func TestBannedWordsAreFound(t *testing.T) {
	words := bannedWords(plantedGlossary)
	for text, want := range map[string]string{
		"package p\n\n// Nobody waits.\nvar a int":             `p.go:3: "Nobody" is not used`,
		"package p\n\n// It waits for\n// ever.\nvar a int":    `p.go:3: "for\n   ever" is not used`,
		"package p\n\nvar a int // of several parcels":         `p.go:3: "parcels" is not used`,
		"package p\n\n/* One\nis nobody's. */\nvar a int":      `p.go:4: "nobody's" is not used`,
		"// Package p runs as nobody, and is for\npackage p":   "",
		"package p\n\n// noBody is none.\nvar noBody int":      "",
		"package p\n\nvar nobody = \"nobody\" // is a parcela": "",
	} {
		wantUse(t, text, want, usesOf(words, comments(t, textFile{"p.go", text})))
	}
	for text, want := range map[string]string{
		"package p\n\nfunc waitForever() { queueParcel() }": `p.go:3: "parcel" is not used`,
		"package p\n\nvar Nobody, parcels = 1, 2":           `p.go:3: "parcels" is not used`,
		"package p\n\nvar parcelled = \"a parcel\"":         "",
	} {
		wantUse(t, text, want, usesOf(words, identifiers(t, textFile{"p.go", text})))
	}
	for _, planted := range []struct{ path, text, want string }{
		{"chat/row.js", "const nobody = 'nobody' // it waits for\n  // ever", `chat/row.js:1: "for\n`},
		{"chat/row.js", "/**\n * Nobody reads it.\n */", `chat/row.js:2: "Nobody" is not used`},
		{"chat/row.js", "const link = 'https://nobody.example' // fine", ""},
		{"chat/chat.css", "/* a parcel */ .parcel {}", `chat/chat.css:1: "parcel" is not used`},
		{"chat/rows.templ", "// Row is nobody's.\ntempl Row() {}", `chat/rows.templ:1: "nobody's" is not used`},
		{"migrations/1_chat.up.sql", "select 1; -- a parcel\n-- of 2", `migrations/1_chat.up.sql:1: "parcel" is not used`},
		{"migrations/1_chat.up.sql", "select 'nobody', 2 - 1", ""},
	} {
		wantUse(t, planted.text, planted.want, usesOf(words, otherComments(textFile{planted.path, planted.text})))
	}
	for text, want := range map[string]string{
		"# Page\n\nNobody reads it.":                         `docs/p.md:3: "Nobody" is not used`,
		"Code:\n\n```\nnobody\n```\n\nIt waits for\never.":   `docs/p.md:7: "for\never" is not used`,
		"As `nobody`.\n\n```sh\nparcel # nobody\n```\n\nOK.": "",
	} {
		wantUse(t, text, want, usesOf(words, pageProse(textFile{"docs/p.md", text})))
	}
	if breaches := usesOf(words, pageProse(textFile{glossary, plantedGlossary + "nobody"})); len(breaches) > 0 {
		t.Errorf("in the glossary's own table: %q", breaches)
	}
}

// wantUse wants one breach that begins with want, or none if it is empty.
func wantUse(t *testing.T, text, want string, breaches []string) {
	t.Helper()
	if want == "" && len(breaches) == 0 || len(breaches) == 1 && want != "" && strings.HasPrefix(breaches[0], want) {
		return
	}
	t.Errorf("in %q: want %q, got %q", text, want, breaches)
}
