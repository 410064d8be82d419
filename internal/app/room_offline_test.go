package app

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"hubbub/internal/testkit"
)

// openThroughRelay opens a page over a connection that the test can cut.
func (i *instance) openThroughRelay(handle, path string) (*testkit.Wire, tab) {
	i.t.Helper()
	wire := testkit.Relay(i.t, i.listener.Addr().String())
	page := tab{testkit.Browser(i.t).Person(i.t, "http://"+wire.Addr(), i.as(handle).Cookies()...)}.visit(path)
	page.AllowErrors("ERR_", "WebSocket", "Failed to load resource")
	return wire, page
}

// messageTexts returns the texts of the messages on the page, in order.
func (p tab) messageTexts() []string {
	return testkit.Eval[[]string](p.Page, `[...document.querySelectorAll(".message .body")].map(b => b.innerText)`)
}

func TestChatOfflineQueueSendsInOrderOnce(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	room := app.room(app.as("sam"), "tunnel")
	maya := app.open(app.as("maya"), roomPath(room))
	wire, sam := app.openThroughRelay("sam", roomPath(room))
	sam.Send("before").WantMessage("before")
	maya.WantMessage("before")

	wire.Cut()
	sam.Send("one").Send("two").WantText(".delivery", "Not sent. No connection.").WantCount(`[data-delivery="failed"]`, 2)
	sam.WantText("[data-announce=assertive]", "Message not sent.").WantFocus("#compose")
	maya.Send("meanwhile").WantMessage("meanwhile")
	wire.Restore()
	sam.WantCount("[data-delivery]", 0).Until(`document.querySelectorAll(".message").length === 4`)
	maya.WantMessage("two")
	for _, p := range []tab{sam, maya} {
		if got := p.messageTexts(); len(got) != 4 || got[1] != "meanwhile" || got[2] != "one" || got[3] != "two" {
			t.Errorf("the log is %q", got)
		}
	}
}

func TestChatOfflineQueueSurvivesAServerRestart(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	room := app.room(app.as("sam"), "restart")
	sam, maya := app.open(app.as("sam"), roomPath(room)), app.open(app.as("maya"), roomPath(room))
	for _, p := range []tab{sam, maya} {
		p.AllowErrors("ERR_", "WebSocket", "Failed to load resource")
	}
	sam.Send("before")
	maya.WantMessage("before").Send("on the way")
	app.stop()
	sam.Send("from Sam, while it was down")
	maya.Send("from Maya, while it was down")
	startAppOn(t, app.config.DatabaseURL, func(c *Config) { c.Addr = app.listener.Addr().String() })
	for _, p := range []tab{sam, maya} {
		p.WantCount("[data-delivery]", 0).Until(`document.querySelectorAll(".message").length === 4`)
		p.WantMessage("on the way").WantMessage("from Sam").WantMessage("from Maya")
	}
	if mayaTexts, samTexts := maya.messageTexts(), sam.messageTexts(); !slices.Equal(mayaTexts, samTexts) {
		t.Errorf("Maya sees %q, Sam %q", mayaTexts, samTexts)
	}
}

func TestChatOfflineQueueSurvivesAReload(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	room := app.room(app.as("sam"), "tunnel")
	wire, sam := app.openThroughRelay("sam", roomPath(room))
	wire.Cut()
	sam.Send("kept").WantCount(`[data-delivery="failed"]`, 1)
	sam.Type("#compose", "a draft")
	wire.Restore()
	sam.Reload()
	sam.WantMessage("kept").WantCount("[data-delivery]", 0).WantCount(".message", 1).WantValue("#compose", "a draft")
}

func TestChatRetryDoesNotDoubleAStoredMessage(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	room := app.room(app.as("sam"), "echo")
	maya := app.open(app.as("maya"), roomPath(room))
	wire, sam := app.openThroughRelay("sam", roomPath(room))
	sam.Until(`(io.socket.request = (real => function (options, ...rest) {
		const answer = real.call(this, options, ...rest)
		return options.url === "/api/chat/send" ? new Promise(() => {}) : answer
	})(io.socket.request), true)`)
	sam.Send("only once")
	maya.WantMessage("only once")
	wire.Cut()
	wire.Restore()
	sam.WantCount("[data-delivery]", 0).WantCount(".message", 1).Want(".message[id]")
	sam.Reload()
	sam.WantMessage("only once").WantCount(".message", 1)
}

func TestChatRefusedMessageWaitsForItsAuthor(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	owner := app.as("sam")
	room := app.room(owner, "closing")
	archived := func(is bool) {
		owner.Do(http.MethodPatch, "/api"+roomPath(room), in{"archived": is}).Want(http.StatusOK)
	}
	wire, maya := app.openThroughRelay("maya", roomPath(room))
	maya.ClickText("button", "Join").WantNo("form.room-note")
	maya.live()
	writesTooLate := func(text string) {
		wire.Cut()
		maya.Send(text).WantCount(`[data-delivery="failed"]`, 1)
		archived(true)
		wire.Restore()
		maya.WantText(".room-note", "This room is archived").WantNo("#compose")
		maya.WantText(".delivery", "Not sent. The room is archived")
	}
	writesTooLate("but still")
	archived(false)
	maya.Want("#compose").Click("[data-retry]").WantCount("[data-delivery]", 0).WantFocus(".message[id]")
	writesTooLate("given up")
	maya.Click("[data-drop]").WantCount(".message", 1)
	maya.WantMessage("but still")
}

func TestReconnectRefreshesTheChatRoomHeader(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	owner := app.as("sam")
	room := app.room(owner, "before")
	wire, maya := app.openThroughRelay("maya", roomPath(room))
	wire.Cut()
	maya.Want("[data-connection][data-state=connecting]")
	owner.Do(http.MethodPatch, "/api"+roomPath(room), in{"name": "after", "topic": "what comes"}).Want(http.StatusOK)
	wire.Restore()
	maya.WantText("h1", "after").WantText("[data-room-topic]", "what comes").Until(`document.title.includes("#after")`)
}

func TestChatMessageThatIsTooLongIsNotSent(t *testing.T) {
	t.Parallel()
	_, _, sam, _ := openRoomForTwo(t)
	sam.Until(`(compose.value = "👍".repeat(2001), compose.dispatchEvent(new Event("input", {bubbles: true})), true)`)
	sam.WantText("[data-problem]", "1 character too many.").WantText("[data-left]", "−1").Press("Enter")
	sam.Type("#compose", "").Press("Backspace").WantNo("[data-problem]").Press("Enter").WantCount(".message[id]", 1)
}

func TestChatWorksWithoutScript(t *testing.T) {
	t.Parallel()
	app := startApp(t, noRateLimit)
	owner := app.as("sam")
	room := app.room(owner, "plain")
	app.sendLines(owner, room, 1, 60)
	maya := tab{testkit.Browser(t).Person(t, app.at(), app.as("maya").Cookies()...)}
	maya.DisableJS()
	maya.Goto("/rooms").ClickText(".room-item-name", "plain").WantText(".room-head h1", "plain")
	maya.WantMessage("line 60.").WantNoMessage("line 10.").ClickText("a", "Older messages")
	maya.WantMessage("line 1.").WantNoMessage("line 60.").ClickText("a", "Newer messages")
	maya.Until(`location.search === "?message=35"`)
	maya.WantMessage("line 30.").ClickText("button", "Join").WantNo("form.room-note")
	maya.Type("#compose", "no **script** here").Click(".send")
	maya.WantText(".message strong", "script").WantText("#sidebar", "plain").WantText(".message .you", "you")
	maya.WantNo(".message-tools").WantNo("[data-mention]").WantNo("[data-jump]")

	maya.Goto("/rooms").Type("#name", "plain").ClickText("button", "Make the room").WantText(".field-error", "There is a public room of that name.")
	maya.WantValue("#name", "plain").Clear("#name").Type("#name", "plainer").ClickText("button", "Make the room").WantText("h1", "plainer")
	maya.ClickText("#sidebar button", "Theo Martin").WantText(".room-head h1", "Theo Martin")
	maya.AllowErrors("409")
	anonymous := app.anonymous()
	anonymous.Do(http.MethodPost, roomPath(room)+"/messages", url.Values{"text": {"hi"}}).Want(http.StatusSeeOther)
}

func TestChatFormShowsWhyAMessageIsRefused(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	sam := app.as("sam")
	room := app.room(sam, "strict")
	sam.Do(http.MethodPost, roomPath(room)+"/messages", url.Values{"text": {"   "}}).Want(http.StatusUnprocessableEntity).WantBody("The message is empty.")
	sam.Do(http.MethodPatch, "/api"+roomPath(room), in{"archived": true}).Want(http.StatusOK)
	sam.Do(http.MethodPost, roomPath(room)+"/messages", url.Values{"text": {"late"}}).Want(http.StatusConflict).WantBody("This room is archived")
	app.as("maya").Do(http.MethodPost, roomPath(room)+"/settings", url.Values{"name": {"mine"}}).Want(http.StatusForbidden)
	app.as("maya").Get("/rooms/5").Want(http.StatusOK)
	app.as("theo").Get("/rooms/5").Want(http.StatusNotFound)
}
