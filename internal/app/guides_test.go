package app

import (
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/guides"
)

// These tests run the unchanged client code of the guides (internal/testkit/guides)
// against this server.

func TestFirstGuideChatRoom(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	sam, maya := app.browse("sam"), app.browse("maya")
	guides.ChatRoom(t, sam, maya, app.room(app.as("sam"), "patterns"))
}

func TestGuideChatRoomReceivesEventsAfterReconnect(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	relay, sam := app.openThroughRelay("sam", "/rooms")
	guides.ChatRoomAfterReconnect(t, sam.Page, app.browse("maya"), app.room(app.as("sam"), "patterns"), relay)
}

func TestSecondGuideChatRoom(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	sam, maya := app.browse("sam"), app.browse("maya")
	guides.SocketIO(t, sam, maya, app.room(app.as("sam"), "real-time applications"))
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
	app, nora, page, _ := openTwoTabs(t)
	app.sendMention(nora.id, "before", "/people")
	page.WantUnread(1)
	guides.NotificationBell(t, page.Page, "1", "2", func() string {
		app.sendMention(nora.id, "after", "/people")
		return "what about it?"
	})
}

func TestSecondGuideNotifications(t *testing.T) {
	t.Parallel()
	app, nora, page, _ := openTwoTabs(t)
	app.sendMention(nora.id, "one", "/people")
	app.sendMention(nora.id, "two", "/people")
	page.WantUnread(2)
	guides.NotificationCenter(t, page.Page, func() string {
		app.sendMention(nora.id, "three", "/people")
		return "Sam Rivera mentioned you in three"
	})
	page.WantUnread(2)
}

func TestFirstGuideLiveSearch(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	maya := app.as("maya")
	guides.LiveSearch(t, app.browse("sam"), func(name, price string) {
		maya.Post("/api/products", in{"name": name, "price": price}).Want(200)
	})
}

// samAndMaya opens a page for each of them, so both are online.
func samAndMaya(t *testing.T) (*testkit.Page, guides.Person) {
	app := startApp(t, fastPresence)
	sam, maya := app.open(app.as("sam"), "/rooms"), app.as("maya")
	mayaTab := app.open(maya, "/rooms")
	sam.WantOnline(1)
	return sam.Page, guides.Person{ID: app.id(maya), FullName: "Maya Okafor", Page: mayaTab.Page}
}

// browse opens the rooms in a browser of the user.
func (i *instance) browse(handle string) *testkit.Page {
	i.t.Helper()
	return testkit.Browser(i.t).Person(i.t, i.at(), i.as(handle).Cookies()...).Goto("/rooms")
}

func TestFirstGuideDashboard(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	theo := app.as("theo")
	guides.Dashboard(t, app.browse("sam"),
		func() int64 { return app.placeOrder(theo, "from the guide").ID },
		func(id int64) { app.setOrderStatus(theo, order{ID: id}, "completed") })
}

func TestGettingStartedGuideCounter(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	guides.Counter(t, app.browse("sam"), func() int {
		return testkit.As[counted](app.anonymous().Post("/api/counter/increment", nil).Want(200)).Count
	})
}

type counted struct {
	Count int `json:"count"`
}

func TestGuideRealtimeConceptsSaysHello(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	guides.Hello(t, app.browse("sam"), app.browse("maya"))
}

func TestFirstGuideDocuments(t *testing.T) {
	t.Parallel()
	app, id := helloPage(t)
	guides.Documents(t, app.browse("sam"), app.browse("maya"), id)
}

func TestSecondGuideCollaborativeEditor(t *testing.T) {
	t.Parallel()
	app, id := helloPage(t)
	guides.CollaborativeEditor(t, app.browse("sam"), app.browse("maya"), id)
}

// helloPage creates a document of Sam's that Maya may edit.
func helloPage(t *testing.T) (*instance, int64) {
	app := startApp(t)
	sam := app.as("sam")
	id := newDocument(sam, "From the guides", "hello")
	sam.Do("PUT", "/api/documents/"+itoa(id)+"/members", in{"userId": app.id(app.as("maya")), "role": "editor"}).Want(200)
	return app, id
}
