package guides_test

import (
	"net/http"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/guides"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func two(t *testing.T) (alice, bob *testkit.Page) {
	url := serve(t).URL
	browser := testkit.Browser(t)
	alice = browser.Person(t, url, &http.Cookie{Name: "person", Value: "alice"}).Goto("/")
	bob = browser.Person(t, url, &http.Cookie{Name: "person", Value: "bob"}).Goto("/")
	return alice, bob
}

func TestTheFirstGuidesChatRoomWorksUnchanged(t *testing.T) {
	alice, bob := two(t)
	guides.ChatRoom(t, alice, bob, 3)
}

func TestTheSecondGuidesChatRoomWorksUnchanged(t *testing.T) {
	alice, bob := two(t)
	guides.SocketIO(t, alice, bob, 3)
}
