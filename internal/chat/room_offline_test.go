package chat_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/browser"
)

// messageTexts returns the texts of the messages on the page, in order.
func messageTexts(p apptest.Tab) []string {
	return browser.Eval[[]string](p.Page, `[...document.querySelectorAll(".message .body")].map(b => b.innerText)`)
}

func TestChatOfflineQueueSendsInOrderOnce(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	room := app.Room(app.As("sam"), "tunnel")
	maya := app.Open(app.As("maya"), apptest.RoomPath(room))
	relay, sam := app.OpenThroughRelay("sam", apptest.RoomPath(room))
	sam.Send("before").WantMessage("before")
	maya.WantMessage("before")

	relay.Cut()
	sam.Send("one").Send("two").WantText(".delivery", "Not sent. No connection.").WantCount(`[data-delivery="failed"]`, 2)
	sam.WantText("[data-announce=assertive]", "Message not sent.").WantFocus("#compose")
	maya.Send("meanwhile").WantMessage("meanwhile")
	relay.Restore()
	sam.WantCount("[data-delivery]", 0).Until(`document.querySelectorAll(".message").length === 4`)
	maya.WantMessage("two")
	for _, p := range []apptest.Tab{sam, maya} {
		if got := messageTexts(p); len(got) != 4 || got[1] != "meanwhile" || got[2] != "one" || got[3] != "two" {
			t.Errorf("the log is %q", got)
		}
	}
}

func TestChatOfflineQueueSurvivesAServerRestart(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	room := app.Room(app.As("sam"), "restart")
	sam, maya := app.Open(app.As("sam"), apptest.RoomPath(room)), app.Open(app.As("maya"), apptest.RoomPath(room))
	for _, p := range []apptest.Tab{sam, maya} {
		p.AllowErrors("ERR_", "WebSocket", "Failed to load resource")
	}
	sam.Send("before")
	maya.WantMessage("before").Send("on the way")
	app.Stop()
	sam.Send("from Sam, while it was down")
	maya.Send("from Maya, while it was down")
	apptest.StartOn(t, app.DatabaseURL, func(c *apptest.Config) { c.Addr = app.Addr() })
	for _, p := range []apptest.Tab{sam, maya} {
		p.WantCount("[data-delivery]", 0).Until(`document.querySelectorAll(".message").length === 4`)
		p.WantMessage("on the way").WantMessage("from Sam").WantMessage("from Maya")
	}
	if mayaTexts, samTexts := messageTexts(maya), messageTexts(sam); !slices.Equal(mayaTexts, samTexts) {
		t.Errorf("Maya sees %q, Sam %q", mayaTexts, samTexts)
	}
}

func TestChatOfflineQueueSurvivesAReload(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	room := app.Room(app.As("sam"), "tunnel")
	relay, sam := app.OpenThroughRelay("sam", apptest.RoomPath(room))
	relay.Cut()
	sam.Send("kept").WantCount(`[data-delivery="failed"]`, 1)
	sam.Type("#compose", "a draft")
	relay.Restore()
	sam.Reload()
	sam.WantMessage("kept").WantCount("[data-delivery]", 0).WantCount(".message", 1).WantValue("#compose", "a draft")
}

func TestChatRetryDoesNotDoubleAStoredMessage(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	room := app.Room(app.As("sam"), "echo")
	maya := app.Open(app.As("maya"), apptest.RoomPath(room))
	relay, sam := app.OpenThroughRelay("sam", apptest.RoomPath(room))
	sam.Until(`(io.socket.request = (real => function (options, ...rest) {
		const answer = real.call(this, options, ...rest)
		return options.url === "/api/chat/send" ? new Promise(() => {}) : answer
	})(io.socket.request), true)`)
	sam.Send("only once")
	maya.WantMessage("only once")
	relay.Cut()
	relay.Restore()
	sam.WantCount("[data-delivery]", 0).WantCount(".message", 1).Want(".message[id]")
	sam.Reload()
	sam.WantMessage("only once").WantCount(".message", 1)
}

func TestChatRefusedMessageWaitsForItsAuthor(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	owner := app.As("sam")
	room := app.Room(owner, "closing")
	archived := func(is bool) {
		owner.Do(http.MethodPatch, "/api"+apptest.RoomPath(room), in{"archived": is}).Want(http.StatusOK)
	}
	relay, maya := app.OpenThroughRelay("maya", apptest.RoomPath(room))
	maya.ClickText("button", "Join").WantNo("form.room-note")
	maya.WaitUntilLive()
	writesTooLate := func(text string) {
		relay.Cut()
		maya.Send(text).WantCount(`[data-delivery="failed"]`, 1)
		archived(true)
		relay.Restore()
		maya.WantText(".room-note", "This room is archived").WantNo("#compose")
		maya.WantText(".delivery", "Not sent. This room is archived")
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
	app := apptest.Start(t)
	owner := app.As("sam")
	room := app.Room(owner, "before")
	relay, maya := app.OpenThroughRelay("maya", apptest.RoomPath(room))
	relay.Cut()
	maya.Want("[data-connection][data-state=connecting]")
	owner.Do(http.MethodPatch, "/api"+apptest.RoomPath(room), in{"name": "after", "topic": "what comes"}).Want(http.StatusOK)
	relay.Restore()
	maya.WantText("h1", "after").WantText("[data-room-topic]", "what comes").Until(`document.title.includes("#after")`)
}

func TestChatMessageThatIsTooLongIsNotSent(t *testing.T) {
	t.Parallel()
	_, _, sam, _ := openRoomForTwo(t)
	sam.Until(`(compose.value = "👍".repeat(2001), compose.dispatchEvent(new Event("input", {bubbles: true})), true)`)
	sam.WantText("[data-problem]", "Shorten your message by 1 character.").WantText("[data-left]", "−1").Press("Enter")
	sam.Type("#compose", "").Press("Backspace").WantNo("[data-problem]").Press("Enter").WantCount(".message[id]", 1)
}

func TestChatWorksWithoutScript(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, noRateLimit)
	owner := app.As("sam")
	room := app.Room(owner, "plain")
	sendLines(app, owner, room, 1, 60)
	maya := app.Browser(app.As("maya"))
	maya.DisableJS()
	maya.Goto("/rooms").ClickText(".room-item-name", "plain").WantText(".room-head h1", "plain")
	maya.WantMessage("line 60.").WantNoMessage("line 10.").ClickText("a", "Older messages")
	maya.WantMessage("line 1.").WantNoMessage("line 60.").ClickText("a", "Newer messages")
	maya.Until(`location.search === "?message=35"`)
	maya.WantMessage("line 30.").ClickText("button", "Join").WantNo("form.room-note")
	maya.Type("#compose", "no **script** here").Click(".send")
	maya.WantText(".message strong", "script").WantText("#sidebar", "plain").WantText(".message .you", "you")
	maya.WantNo(".message-tools").WantNo("[data-mention]").WantNo("[data-jump]")

	maya.Goto("/rooms").Type("#name", "plain").ClickText("button", "Create room").WantText(".field-error", "A public room with this name already exists.")
	maya.WantValue("#name", "plain").Clear("#name").Type("#name", "plainer").ClickText("button", "Create room").WantText("h1", "plainer")
	maya.ClickText("#sidebar button", "Theo Martin").WantText(".room-head h1", "Theo Martin")
	maya.AllowErrors("409")
	anonymous := app.Anonymous()
	anonymous.Do(http.MethodPost, apptest.RoomPath(room)+"/messages", url.Values{"text": {"hi"}}).Want(http.StatusSeeOther)
}

func TestChatFormShowsWhyAMessageIsRefused(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.As("sam")
	room := app.Room(sam, "strict")
	sam.Do(http.MethodPost, apptest.RoomPath(room)+"/messages", url.Values{"text": {"   "}}).Want(http.StatusUnprocessableEntity).WantBody("The message is empty.")
	sam.Do(http.MethodPatch, "/api"+apptest.RoomPath(room), in{"archived": true}).Want(http.StatusOK)
	sam.Do(http.MethodPost, apptest.RoomPath(room)+"/messages", url.Values{"text": {"late"}}).Want(http.StatusConflict).WantBody("This room is archived")
	app.As("maya").Do(http.MethodPost, apptest.RoomPath(room)+"/settings", url.Values{"name": {"mine"}}).Want(http.StatusForbidden)
	app.As("maya").Get("/rooms/5").Want(http.StatusOK)
	app.As("theo").Get("/rooms/5").Want(http.StatusNotFound)
}
