package app_test

import (
	"fmt"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/browser"
	"hubbub/internal/testkit/guides"
)

// These tests run the unchanged client code of the guides (internal/testkit/guides)
// against this server.

func TestFirstGuideChatRoom(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := browse(app, "sam"), browse(app, "maya")
	guides.ChatRoom(t, sam, maya, app.Room(app.As("sam"), "patterns"))
}

func TestGuideChatRoomReceivesEventsAfterReconnect(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	relay, sam := app.OpenThroughRelay("sam", "/rooms")
	guides.ChatRoomAfterReconnect(t, sam.Page, browse(app, "maya"), app.Room(app.As("sam"), "patterns"), relay)
}

func TestSecondGuideChatRoom(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := browse(app, "sam"), browse(app, "maya")
	guides.SocketIO(t, sam, maya, app.Room(app.As("sam"), "real-time applications"))
}

func TestFirstGuideOnlineList(t *testing.T) {
	t.Parallel()
	sam, maya := samAndMaya(t)
	guides.OnlineUsers(t, sam, maya)
}

func TestSecondGuidePresence(t *testing.T) {
	t.Parallel()
	sam, maya := samAndMaya(t)
	guides.UsePresence(t, sam, maya)
}

func TestFirstGuideBell(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	nora := app.SignUp("Nora Quist")
	page := app.Open(nora.Client, "/people")
	app.SendMention(nora.ID, "before", "/people")
	page.WantUnread(1)
	guides.NotificationBell(t, page.Page, "1", "2", func() string {
		app.SendMention(nora.ID, "after", "/people")
		return "what about it?"
	})
}

func TestSecondGuideNotifications(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	nora := app.SignUp("Nora Quist")
	page := app.Open(nora.Client, "/people")
	app.SendMention(nora.ID, "one", "/people")
	app.SendMention(nora.ID, "two", "/people")
	page.WantUnread(2)
	guides.NotificationCenter(t, page.Page, func() string {
		app.SendMention(nora.ID, "three", "/people")
		return "Sam Rivera mentioned you in three"
	})
	page.WantUnread(2)
}

func TestFirstGuideLiveSearch(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	maya := app.As("maya")
	guides.LiveSearch(t, browse(app, "sam"), func(name, price string) {
		maya.Post("/api/products", in{"name": name, "price": price}).Want(200)
	})
}

// samAndMaya opens a page for each of them, so both are online.
func samAndMaya(t *testing.T) (*browser.Page, guides.Person) {
	app := apptest.Start(t, apptest.FastPresence)
	sam, maya := app.Open(app.As("sam"), "/rooms"), app.As("maya")
	mayaTab := app.Open(maya, "/rooms")
	sam.WantOnline(1)
	return sam.Page, guides.Person{ID: app.ID(maya), FullName: "Maya Okafor", Page: mayaTab.Page}
}

// browse opens the rooms in a browser of the user.
func browse(app *apptest.App, handle string) *browser.Page {
	app.T.Helper()
	return browser.Start(app.T).Person(app.T, app.BaseURL(), app.As(handle).Cookies()...).Goto("/rooms")
}

func TestFirstGuideDashboard(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	theo := app.As("theo")
	guides.Dashboard(t, browse(app, "sam"),
		func() int64 { return app.PlaceOrder(theo, "from the guide").ID },
		func(id int64) { app.SetOrderStatus(theo, apptest.Order{ID: id}, "completed") })
}

func TestGettingStartedGuideCounter(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	guides.Counter(t, browse(app, "sam"), func() int {
		return testkit.As[counted](app.Anonymous().Post("/api/counter/increment", nil).Want(200)).Count
	})
}

type counted struct {
	Count int `json:"count"`
}

func TestGuideRealtimeConceptsSaysHello(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	guides.Hello(t, browse(app, "sam"), browse(app, "maya"))
}

func TestFirstGuideDocuments(t *testing.T) {
	t.Parallel()
	app, id := helloPage(t)
	guides.Documents(t, browse(app, "sam"), browse(app, "maya"), id)
}

func TestSecondGuideCollaborativeEditor(t *testing.T) {
	t.Parallel()
	app, id := helloPage(t)
	guides.CollaborativeEditor(t, browse(app, "sam"), browse(app, "maya"), id)
}

// helloPage creates a document of Sam's that Maya may edit.
func helloPage(t *testing.T) (*apptest.App, int64) {
	app := apptest.Start(t)
	sam := app.As("sam")
	id := apptest.NewDocument(sam, "From the guides", "hello")
	sam.Do("PUT", "/api/documents/"+fmt.Sprint(id)+"/members", in{"userId": app.ID(app.As("maya")), "role": "editor"}).Want(200)
	return app, id
}
