package apptest

import (
	"fmt"
	"net/http"

	"hubbub/internal/testkit"
)

// Room creates a public room and returns its id.
func (a *App) Room(owner *testkit.Client, name string) int64 {
	a.T.Helper()
	return testkit.As[Fields](owner.Post("/api/rooms", map[string]string{"name": name, "kind": "public"}).Want(http.StatusOK)).ID
}

// PrivateRoom creates a private room with the members and returns its id.
func (a *App) PrivateRoom(owner *testkit.Client, members ...*testkit.Client) int64 {
	a.T.Helper()
	var ids []int64
	for _, m := range members {
		ids = append(ids, a.ID(m))
	}
	return testkit.As[Fields](owner.Post("/api/rooms", in{"name": "secret", "kind": "private", "memberIds": ids}).Want(200)).ID
}

// RemoveMember removes the client's user from a room of the owner's.
func (a *App) RemoveMember(owner *testkit.Client, room int64, client *testkit.Client) {
	a.T.Helper()
	owner.Do(http.MethodDelete, fmt.Sprintf("/api/rooms/%d/members/%d", room, a.ID(client)), nil).Want(204)
}

// Send sends a chat message and returns its id.
func (a *App) Send(client *testkit.Client, room int64, text string) int64 {
	a.T.Helper()
	return testkit.As[Fields](client.Post("/api/chat/send", in{"roomId": room, "text": text}).Want(200)).ID
}

// RoomPath returns the path of a room's page.
func RoomPath(id int64) string { return fmt.Sprintf("/rooms/%d", id) }

// Send writes a message and sends it.
func (p Tab) Send(text string) Tab { p.Type("#compose", text).Press("Enter"); return p }

// WantMessage waits until a message contains the text.
func (p Tab) WantMessage(text string) Tab { p.WantText(".message .body", text); return p }

// WantNoMessage waits until no message contains the text.
func (p Tab) WantNoMessage(text string) Tab { p.WantNoText(".message .body", text); return p }

// UseTool focuses the newest message and clicks on one of its tools, such as
// "[data-do=reply]".
func (p Tab) UseTool(tool string) Tab {
	p.Type("#compose", "").Press("ArrowUp").WantFocus(".message")
	p.Click(".message:focus " + tool)
	return p
}
