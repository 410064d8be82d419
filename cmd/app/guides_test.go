package main

import (
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/guides"
)

// The client code of the guides, as it stands there, against this server.

func TestTheFirstGuidesChatRoom(t *testing.T) {
	app := startApp(t)
	alice, bob := app.browse("sam"), app.browse("maya")
	guides.ChatRoom(t, alice, bob, app.room(app.as("sam"), "patterns"))
}

func TestTheSecondGuidesChatRoom(t *testing.T) {
	app := startApp(t)
	alice, bob := app.browse("sam"), app.browse("maya")
	guides.SocketIO(t, alice, bob, app.room(app.as("sam"), "real-time applications"))
}

// browse opens a browser of one of the demo's cast, on a page of the app.
func (i *instance) browse(handle string) *testkit.Page {
	i.t.Helper()
	return testkit.Browser(i.t).Person(i.t, i.at(), i.as(handle).Cookies()...).Goto("/rooms")
}
