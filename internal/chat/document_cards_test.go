package chat_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

func TestDocumentCardIsShownToReadersOnly(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya, lin := app.As("sam"), app.As("maya"), app.As("lin")
	room, doc := app.Room(sam, "talk"), apptest.NewDocument(sam, "Plan for the winter", "# Warm")
	sam.Do(http.MethodPut, "/api/documents/"+fmt.Sprint(doc)+"/members", map[string]any{"userId": app.ID(maya), "role": "viewer"}).Want(http.StatusOK)
	samTab, mayaTab, linTab := app.Open(sam, apptest.RoomPath(room)), app.Open(maya, apptest.RoomPath(room)), app.Open(lin, apptest.RoomPath(room))

	samTab.Send("read [this](/documents/" + fmt.Sprint(doc) + ") and " + app.BaseURL() + "/documents/" + fmt.Sprint(doc))
	for _, tab := range []apptest.Tab{samTab, mayaTab} {
		tab.WantText(".message .cards a", "Plan for the winter")
		tab.WantText(".message .cards a", "Edited by Sam Rivera")
	}
	linTab.WantMessage("read this")
	linTab.Send("what is it?").WantMessage("what is it?") // the reply to this message comes after the one for the card
	linTab.WantNoText(".message", "Plan for the winter")

	cards := func(client *testkit.Client, html bool) string {
		at := "/rooms/" + fmt.Sprint(room)
		if !html {
			at = "/api/chat/messages/" + fmt.Sprint(lastMessage(app, client, room)) + "/cards"
		}
		return client.Get(at).Want(http.StatusOK).Body
	}
	sam.Post("/api/chat/send", map[string]any{"roomId": room, "text": "[again](/documents/" + fmt.Sprint(doc) + ")"}).Want(http.StatusOK)
	for _, html := range []bool{true, false} {
		if !strings.Contains(cards(maya, html), "Plan for the winter") || strings.Contains(cards(lin, html), "Plan for the winter") {
			t.Errorf("HTML %v: the card is hidden from Maya or shown to Lin", html)
		}
	}
}

// lastMessage returns the id of the newest message of a room.
func lastMessage(app *apptest.App, client *testkit.Client, room int64) int64 {
	app.T.Helper()
	messages := testkit.As[[]apptest.Fields](client.Get("/api/chat/messages?roomId=" + fmt.Sprint(room)).Want(http.StatusOK))
	return messages[len(messages)-1].ID
}
