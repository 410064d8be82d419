package hubbub_test

import (
	"slices"
	"strings"
	"testing"
)

func TestUndocumentedEventsAreFound(t *testing.T) {
	names := eventNames([]source{
		parse(t, "internal/chat/events.go", "package chat\nconst (eventSent = \"messageSent\"; eventGone = \"messageGone\"; resource = \"room\"; prefix = \"chat-\")\n"+
			"const internal = \"x\"\nvar e = hub.Event{Name: \"typing\", Data: 1}"),
		parse(t, "internal/chat/chat.go", "package chat\nconst eventual = \"later\""),
	})
	page := "| `room` | `messageSent` `{\"id\"}` | gone: messageGone |\n{\"event\":\"typing\"}"
	want := []string{"internal/chat/events.go: docs/protocol.md does not have messageGone"}
	if breaches := undocumentedEvents(names, page); !slices.Equal(breaches, want) {
		t.Errorf("got %q of %v", breaches, names)
	}
}

func TestUndocumentedTablesAreFound(t *testing.T) {
	tables := tablesOf([]textFile{
		{"migrations/1_chat.up.sql", "create table chat.rooms (id int);\nCREATE UNLOGGED TABLE IF NOT EXISTS chat.visits (id int);"},
		{"migrations/2_chat.up.sql", "drop table chat.visits;\ncreate table chat.people (id int); create table notify.marks (id int); create table notify.rows ();"},
	})
	docs := []textFile{
		{"internal/chat/doc.go", "// Package chat has people.\n//\n//\tchat.rooms  the rooms"},
		{"internal/notify/doc.go", "// # Tables\n//\n// Of the schema notify: marks.\n//\n// # Rooms\n//\n// The rows of a page."},
	}
	want := []string{
		"the doc.go of chat does not have the table chat.people", "the doc.go of notify does not have the table notify.rows",
	}
	if breaches := undocumentedTables(tables, docs); !slices.Equal(breaches, want) {
		t.Errorf("got %q of %q", breaches, tables)
	}
}

func TestUndeclaredEventsAreFound(t *testing.T) {
	names := map[string]string{"typing": "internal/chat/events.go", "typed": "internal/chat/events.go", "heartbeat": "a.go", "documentLogged": "b.go"}
	want := []string{"internal/chat/events.go: web/static/protocol.d.ts does not have typed"}
	if breaches := undeclaredEvents(names, "export interface Events {\n  typing: chat.Typing\n}\n"); !slices.Equal(breaches, want) {
		t.Errorf("got %q", breaches)
	}
}

func TestMissingFunctionsAreFound(t *testing.T) {
	doc := textFile{"internal/chat/doc.go", "// Send (send.go) calls Service.sendAll\n// (send.go), which the page (row.js) shows by drawRow (chat/row.js)."}
	files := map[string]string{
		"internal/chat/send.go":   "package chat\nfunc (s *Service) Send() {}\nfunc sendAlls() { sendAll() }\n",
		"web/static/chat/send.go": "",
		"web/js/chat/row.js":      "export async function drawRow() {}\n",
	}
	var missing []string
	named := namedFunctions(doc, []string{"internal/chat/send.go", "web/static/chat/send.go", "web/js/chat/row.js"})
	for _, f := range named {
		if !declares(files[f.file], f.name) {
			missing = append(missing, f.name)
		}
	}
	if len(named) != 3 || !slices.Equal(missing, []string{"sendAll"}) {
		t.Errorf("missing: %q, of %+v", missing, named)
	}
}

func TestDeclarationsAreRecognised(t *testing.T) {
	for text, want := range map[string]bool{
		"func send() {}": true, "func (s *Service) send() {}": true, "type send struct{}": true, "const send = 1": true,
		"const (\n\tsend = 1\n)": true, "type S struct {\n\tsend func()\n}": true, "func (send) run() {}": false,
		"func (s *send) run() {}": true, "class C {\n  async send() {}\n}": true, "class C {\n  #send() {}\n}": true,
		"func sender() {}": false, "func run() { s.send() }": false, "// send is here": false, "": false,
	} {
		if got := declares(text, "send"); got != want {
			t.Errorf("%q declares send: %t", text, got)
		}
	}
}

func TestCommentsOfBooleansWithoutReportAreFound(t *testing.T) {
	for text, want := range map[string]int{
		"// open reports whether\n// it is open.\nfunc open() bool { return true }":          0,
		"// open reports false at the end.\nfunc open() (ok bool) { return true }":           0,
		"// open says whether it is open.\nfunc open() bool { return true }":                 1,
		"// open is open.\nfunc (d door) open() (isOpen bool) { return true }":               1,
		"// open returns the door, and false if there is none.\nfunc open() (int, bool) { }": 0,
		"func open() bool { return true }":                                                   0,
	} {
		if breaches := booleansWithoutReport(parse(t, "internal/chat/door.go", "package chat\n"+text)); len(breaches) != want {
			t.Errorf("%s: got %q", text, breaches)
		}
	}
}

func TestOtherLogKeysOfErrorsAreFound(t *testing.T) {
	for call, want := range map[string]string{
		`s.log.Error("send", "error", err)`:           "",
		`s.log.Error("send", "err", err)`:             `with the key "err"`,
		`log.WarnContext(ctx, "send", "reason", err)`: `with the key "reason"`,
		`slog.Any("err", failure)`:                    `with the key "err"`,
		`t.Error("it failed:", err)`:                  "",
		`s.log.Info("send", "room", id)`:              "",
		`errors.Is(err, err)`:                         "",
	} {
		breaches := otherErrorKeys(parse(t, "internal/chat/send.go", "package chat\nfunc f() { "+call+" }"))
		if want == "" && len(breaches) > 0 || want != "" && (len(breaches) != 1 || !strings.Contains(breaches[0], want)) {
			t.Errorf("%s: got %q", call, breaches)
		}
	}
}
