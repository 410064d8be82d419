package hubbub_test

import (
	"strings"
	"testing"
)

const document = "// Package p\n// has\n// a\n// package\n// document.\n"

func TestArchitectureBreachesAreFound(t *testing.T) {
	for _, planted := range []struct{ path, text, want string }{
		{"internal/chat/service.go", `import _ "hubbub/internal/notify"`, "imports internal/notify, which is another feature"},
		{"internal/chat/markdown/text.go", `import _ "hubbub/internal/notify"`, "another feature"},
		{"internal/account/store.go", `import _ "hubbub/internal/chat"`, "imports internal/chat, which is in a higher layer"},
		{"internal/live/hub/hub.go", `import _ "hubbub/web"`, "imports web, which is in a higher layer"},
		{"internal/base/action/bind.go", `import _ "hubbub/internal/live/hub"`, "imports internal/live/hub"},
		{"internal/base/postgres/db.go", `import _ "hubbub/internal/live/wire"`, "imports internal/live/wire"},
		{"internal/chat/service.go", `import _ "hubbub/internal/app"`, "imports internal/app"},
		{"internal/chat/service.go", `import _ "hubbub/internal/testkit"`, "tests only"},
		{"internal/app/app.go", `import _ "hubbub/internal/testkit/load"`, "tests only"},
		{"internal/chat/service.go", `import _ "hubbub/internal/testkit/apptest"`, "tests only"},
		{"internal/testkit/socket.go", `import _ "hubbub/internal/app"`, "only internal/testkit/apptest may"},
		{"internal/testkit/browser/page.go", `import _ "hubbub/internal/chat"`, "only internal/testkit/apptest may"},
		{"internal/testkit/guides/chat.go", `import _ "hubbub/internal/testkit/apptest"`, "for the tests of features"},
		{"internal/live/wire/frame.go", `import _ "github.com/google/uuid"`, "standard library only"},
		{"stray/stray.go", ``, "no layer"},
		{"internal/chat/service.go", `import _ "github.com/labstack/echo/v4"`, "uses Echo"},
		{"internal/live/hub/hub.go", `import _ "github.com/labstack/echo/v4"`, "uses Echo"},
		{"internal/chat/service.go", `import _ "github.com/jackc/pgx/v5"`, "uses Postgres"},
		{"internal/chat/middleware.go", `import _ "github.com/labstack/echo/v4"`, "uses Echo"},
		{"internal/chat/service.go", `import _ "github.com/a-h/templ"`, "uses templ"},
		{"internal/chat/actions.go", `import _ "github.com/coder/websocket"`, "uses WebSocket"},
		{"internal/chat/service.go", "const q = `select id from chat.rooms`", "SQL outside"},
		{"internal/chat/store.go", "const q = `select id from chat.rooms join notify.inbox using (id)`", "a table of notify"},
		{"internal/account/store.go", "const q = `delete from chat.rooms`", "a table of chat"},
	} {
		breaches := check([]source{parse(t, planted.path, document+"package p\n"+planted.text)})
		if len(breaches) != 1 || !strings.Contains(breaches[0], planted.want) {
			t.Errorf("%s with %s: want one breach with %q, got %q", planted.path, planted.text, planted.want, breaches)
		}
	}
}

func TestArchitectureShortPackageDocumentIsFound(t *testing.T) {
	sources := []source{
		parse(t, "internal/chat/chat.go", "// Package chat is short.\npackage chat"),
		parse(t, "internal/live/hub/hub.go", "package hub"),
		parse(t, "internal/live/hub/doc.go", document+"package hub"),
	}
	if breaches := check(sources); len(breaches) != 1 || !strings.Contains(breaches[0], "internal/chat") {
		t.Errorf("got %q", breaches)
	}
}

func TestArchitectureAllowsValidSources(t *testing.T) {
	for path, text := range map[string]string{
		"internal/chat/actions.go":        `import (_ "github.com/labstack/echo/v4"; _ "github.com/a-h/templ"; _ "hubbub/internal/account")`,
		"internal/chat/store_rooms.go":    "import _ \"github.com/jackc/pgx/v5\"\nconst q = `select u.id from chat.rooms join account.users u using (id)`",
		"internal/chat/rooms_templ.go":    `import _ "github.com/a-h/templ"`,
		"internal/chat/service.go":        "import _ \"hubbub/internal/base/postgres\"\nconst text = `Select a room. Or search. Update your chat from here.`",
		"internal/account/middleware.go":  `import _ "github.com/labstack/echo/v4"`,
		"internal/live/socket/socket.go":  `import (_ "github.com/coder/websocket"; _ "hubbub/internal/live/hub"; _ "hubbub/internal/base/fault")`,
		"internal/collab/accept.go":       `import _ "hubbub/internal/collab/yjs"`,
		"internal/testkit/apptest/app.go": `import (_ "hubbub/internal/app"; _ "hubbub/internal/notify"; _ "hubbub/internal/testkit/browser"; _ "github.com/jackc/pgx/v5")`,
		"internal/app/app.go":             `import (_ "hubbub/internal/chat"; _ "hubbub/internal/notify"; _ "github.com/labstack/echo/v4")`,
		"cmd/app/main.go":                 `import _ "hubbub/internal/app"`,
	} {
		if breaches := check([]source{parse(t, path, document+"package p\n"+text)}); len(breaches) > 0 {
			t.Errorf("%s: %q", path, breaches)
		}
	}
}
