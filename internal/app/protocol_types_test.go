package app_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"hubbub/internal/account"
	"hubbub/internal/base/index"
	"hubbub/internal/chat"
	"hubbub/internal/collab"
	"hubbub/internal/dashboard"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
	"hubbub/internal/notify"
	"hubbub/internal/playground"
	"hubbub/internal/presence"
	"hubbub/internal/search"
	"hubbub/internal/testkit/typescript"
)

var writeTypes = flag.Bool("update", false, "write web/static/protocol.d.ts")

const protocolFile = "../../web/static/protocol.d.ts"

// payloads are the data of events, by their names. docs_test.go checks that all are here.
var payloads = map[string]any{
	"userJoined":     chat.Visit{},
	"userLeft":       chat.Visit{},
	"newMessage":     chat.Message{},
	"messageUpdated": chat.Message{},
	"messageDeleted": chat.Deletion{},
	"typing":         chat.Typing{},
	"roomRead":       chat.Marks{},

	"userOnline":      presence.Arrival{},
	"userOffline":     presence.Arrival{},
	"presenceUpdated": presence.Update{},

	"notification":         notify.NoticeEvent{},
	"notificationUpdated":  notify.NoticeEvent{},
	"notificationRead":     notify.NoticeCount{},
	"notificationRemoved":  notify.NoticeCount{},
	"notificationsAllRead": notify.Count{},

	"statsUpdated":     dashboard.StatsUpdate{},
	"simulatorUpdated": dashboard.Simulator{},
	"counterUpdated":   dashboard.CounterValue{},
	"systemUpdated":    dashboard.Sample{},

	"searchResultAdded":   search.PlacedResult{},
	"searchResultUpdated": search.PlacedResult{},
	"searchResultRemoved": search.RemovedResult{},

	"collaboratorJoined": collab.Visit{},
	"collaboratorLeft":   collab.Visit{},
	"documentRole":       collab.Rights{},
	"documentGone":       collab.Gone{},
	"documentUpdated":    collab.Updated{},
	"cursorMoved":        collab.Cursor{},
	"commentChanged":     collab.Thread{},
	"commentRemoved":     collab.Removed{},
	"versionAdded":       collab.Version{},

	"hello": playground.Hello{},
}

// resources are the data of resource events, by the resource and the verb. A change of a
// verb may have one of several forms; nil is a change without data.
var resources = map[string]map[hub.Verb][]any{
	"user":     {hub.Created: {account.Profile{}}, hub.Updated: {account.Profile{}}},
	"order":    {hub.Created: {dashboard.Order{}}, hub.Updated: {dashboard.Progress{}}},
	"product":  {hub.Created: {dashboard.Product{}}, hub.Updated: {dashboard.Product{}}, hub.Destroyed: {}},
	"document": {hub.Created: {collab.Document{}}, hub.Updated: {collab.Document{}}, hub.Destroyed: {}, hub.AddedTo: {chat.Membership{}}, hub.RemovedFrom: {chat.Membership{}, nil}},
	"room": {
		hub.Created: {chat.Room{}}, hub.Updated: {chat.Properties{}, chat.RoomActivity{}, chat.MessageErasure{}},
		hub.AddedTo: {chat.Membership{}}, hub.RemovedFrom: {chat.Membership{}},
	},
}

// answers are the data of the answers that scripts read, by the routes.
var answers = map[string]any{
	"GET /api/chat/messages":           []chat.Message{},
	"GET /api/counter/subscribe":       dashboard.CounterValue{},
	"GET /api/dashboard/series":        dashboard.Series{},
	"GET /api/dashboard/subscribe":     dashboard.Snapshot{},
	"GET /api/documents/:id/comments":  []collab.Thread{},
	"GET /api/documents/join":          collab.Joined{},
	"GET /api/notifications":           []notify.Notice{},
	"GET /api/notifications/subscribe": notify.Count{},
	"GET /api/presence/subscribe":      []account.Profile{},
	"GET /api/rooms":                   []chat.Room{},
	"GET /api/system/subscribe":        dashboard.Board{},
	"POST /api/counter/increment":      dashboard.CounterValue{},
}

// known is the TypeScript of types that write their own JSON.
var known = map[reflect.Type]string{
	reflect.TypeFor[wire.Time]():       "string",
	reflect.TypeFor[dashboard.Money](): "string",
	reflect.TypeFor[json.RawMessage](): "any",
	reflect.TypeFor[search.PlacedResult](): "{ kind: index.Kind, id: number, title: string, snippet: string, " +
		"url: string, score: number, position: number, number: number | null }",
}

const protocolHeader = `// Written by "make protocol" from the Go types of events and answers, which are listed in
// internal/app/protocol_types_test.go. What each event is for is in docs/protocol.md.

`

func TestProtocolTypesAreThoseOfGo(t *testing.T) {
	t.Parallel()
	want := protocolTypes()
	if *writeTypes {
		if err := os.WriteFile(protocolFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(protocolFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("web/static/protocol.d.ts is out of date: run make protocol, then tsc")
	}
}

func protocolTypes() string {
	types := typescript.New("../..", known)
	_ = types.TypeOf(index.Kind(""))
	var out strings.Builder
	out.WriteString("/** The data of events, by their names. */\nexport interface Events {\n")
	for _, name := range slices.Sorted(maps.Keys(payloads)) {
		fmt.Fprintf(&out, "  %s: %s\n", name, types.TypeOf(payloads[name]))
	}
	for _, resource := range slices.Sorted(maps.Keys(resources)) {
		fmt.Fprintf(&out, "  %s:\n%s", resource, changesOf(types, resources[resource]))
	}
	out.WriteString("}\n\n/** The data of answers, by the routes. */\nexport interface Answers {\n")
	for _, route := range slices.Sorted(maps.Keys(answers)) {
		key := "'" + route + "'"
		if parameter.MatchString(route) {
			key = "[route: `" + parameter.ReplaceAllLiteralString(route, "${number}") + "`]"
		}
		fmt.Fprintf(&out, "  %s: %s\n", key, types.TypeOf(answers[route]))
	}
	out.WriteString("}\n\n")
	return protocolHeader + out.String() + strings.TrimSuffix(types.Text(), "\n")
}

// changesOf returns the union of a resource's changes.
func changesOf(types *typescript.Declarations, changes map[hub.Verb][]any) string {
	var out strings.Builder
	for _, verb := range slices.Sorted(maps.Keys(changes)) {
		var data []string
		name := "data"
		for _, form := range changes[verb] {
			if form == nil {
				name = "data?"
				continue
			}
			data = append(data, types.TypeOf(form))
		}
		fields := []string{fmt.Sprintf("verb: '%s'", verb), "id: number"}
		if len(data) > 0 {
			fields = append(fields, name+": "+strings.Join(data, " | "))
		}
		if verb == hub.Updated {
			fields = append(fields, "previous?: unknown")
		}
		fmt.Fprintf(&out, "    | { %s }\n", strings.Join(fields, ", "))
	}
	return out.String()
}

// Results write their own JSON.
func TestProtocolTypeOfPlacedResultHasItsFields(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(search.PlacedResult{})
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]any{}
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	declared := known[reflect.TypeFor[search.PlacedResult]()]
	for name := range fields {
		if !strings.Contains(declared, " "+name+": ") {
			t.Errorf("%s lacks %s", declared, name)
		}
	}
	if got := strings.Count(declared, ": "); got != len(fields) {
		t.Errorf("%s has %d fields, want %d", declared, got, len(fields))
	}
}
