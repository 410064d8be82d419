package guides_test

import (
	"net/http"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/browser"
	"hubbub/internal/testkit/guides"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func samAndMaya(t *testing.T) (sam, maya *browser.Page) {
	url := serve(t).URL
	browser := browser.Start(t)
	sam = browser.Person(t, url, &http.Cookie{Name: "person", Value: "sam"}).Goto("/")
	maya = browser.Person(t, url, &http.Cookie{Name: "person", Value: "maya"}).Goto("/")
	return sam, maya
}

func TestFirstGuideChatRoomWorksUnchanged(t *testing.T) {
	sam, maya := samAndMaya(t)
	guides.ChatRoom(t, sam, maya, 3)
}

func TestSecondGuideChatRoomWorksUnchanged(t *testing.T) {
	sam, maya := samAndMaya(t)
	guides.SocketIO(t, sam, maya, 3)
}
