package presence_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/browser"
)

// openPeoplePage opens the people page for Sam. Maya is not online yet.
func openPeoplePage(t *testing.T, change ...func(*apptest.Config)) (app *apptest.App, sam apptest.Tab, maya *testkit.Client, mayaID int64) {
	app = apptest.Start(t, append([]func(*apptest.Config){apptest.FastPagePresence}, change...)...)
	maya = app.As("maya")
	sam = app.Open(app.As("sam"), "/people")
	return app, sam.WantOnline(0), maya, app.ID(maya)
}

func TestPresencePageShowsUsersComeAndGo(t *testing.T) {
	t.Parallel()
	app, sam, maya, id := openPeoplePage(t)
	sam.WantInSidebar(id, "offline")
	one := app.Open(maya, "/rooms")
	sam.WantInSidebar(id, "online").WantOnline(1)
	sam.WantText(presenceTextOf(id), "Online")
	two := one.OpenTab("/people").WantOnline(1)
	one.Disconnect()
	app.Open(app.As("theo"), "/rooms")
	sam.WantOnline(2).WantInSidebar(id, "online")
	two.Disconnect()
	sam.WantInSidebar(id, "offline").WantOnline(1).WantText(presenceTextOf(id), "Last seen just now")
	sam.WantText("[data-announce=polite]", "").WantNo("[data-announce] > *")
}

func presenceTextOf(id int64) string { return fmt.Sprintf(`main [data-standing-of="%d"]`, id) }

func TestPresenceIsUnchangedByAReload(t *testing.T) {
	t.Parallel()
	app, sam, maya, id := openPeoplePage(t, func(c *apptest.Config) { c.Presence.Grace = 10 * time.Second })
	mayaTab := app.Open(maya, "/rooms")
	sam.WantInSidebar(id, "online")
	browser.Eval[any](sam.Page, `globalThis.received = [], ["userOnline", "userOffline", "presenceUpdated"].forEach(name => io.socket.on(name, ({userId}) => received.push([name, userId])))`)
	mayaTab.Reload()
	mayaTab.WaitUntilLive().WantOnline(1)
	mayaTab.Reload()
	mayaTab.WaitUntilLive()
	app.Open(app.As("theo"), "/rooms")
	sam.WantOnline(2)
	if n := browser.Eval[int](sam.Page, fmt.Sprintf(`received.filter(([, id]) => id === %d).length`, id)); n != 0 {
		t.Errorf("Sam received %d events of a reload", n)
	}
}

func TestPresenceIsRenderedByTheServer(t *testing.T) {
	t.Parallel()
	app, _, maya, _ := openPeoplePage(t)
	samID := app.ID(app.As("sam"))
	page := app.Browser(maya)
	page.DisableJS().Goto("/people")
	page.WantInSidebar(samID, "online").WantOnline(1).WantText(presenceTextOf(samID), "Online")
	page.Want(`.topbar .avatar[data-presence="online"]`)
}

func TestPresenceStatusAndTextAreShownToOthers(t *testing.T) {
	t.Parallel()
	app, sam, maya, id := openPeoplePage(t)
	mayaTab := app.Open(maya, "/people")
	other := mayaTab.OpenTab("/rooms")
	mayaTab.Click(`[popovertarget="me"]`).Want("#my-status").ClickText("#my-status label", "Do not disturb")
	sam.WantInSidebar(id, "busy").WantText(presenceTextOf(id), "Do not disturb")
	for _, p := range []apptest.Tab{mayaTab, other} {
		p.Want(`.topbar .avatar[data-presence="busy"]`)
	}
	mayaTab.Type("#my-status-text", "lunch until <2>").Press("Enter")
	sam.WantText(presenceTextOf(id), "Do not disturb · lunch until <2>")
	other.Click(`[popovertarget="me"]`).WantValue("#my-status-text", "lunch until <2>").Want(`#my-status [value=busy]:checked`)
	other.Click("#my-status [name=clear]").WantValue("#my-status-text", "").WantNo("#my-status [name=clear]")
	sam.WantNoText(presenceTextOf(id), "lunch")
	other.ClickText("#my-status label", "Online")
	sam.WantInSidebar(id, "online")
}

func TestPresenceStatusIsSetWithoutScript(t *testing.T) {
	t.Parallel()
	app, sam, maya, id := openPeoplePage(t)
	app.Open(maya, "/rooms")
	maya.Do(http.MethodPost, "/people/me/status", in{"status": "away", "text": "at the dentist"}).Want(http.StatusSeeOther)
	sam.WantInSidebar(id, "away").WantText(presenceTextOf(id), "Away · at the dentist")
	maya.Do(http.MethodPost, "/people/me/status", in{"status": "away", "text": "at the dentist", "clear": true}).Want(http.StatusSeeOther)
	sam.WantNoText(presenceTextOf(id), "dentist")
	maya.Do(http.MethodPost, "/people/me/status", in{"status": "asleep"}).Want(http.StatusUnprocessableEntity)
}

func TestPresencePageShowsInvisibleUsersAsOffline(t *testing.T) {
	t.Parallel()
	app, sam, maya, id := openPeoplePage(t)
	mayaTab := app.Open(maya, "/people")
	sam.WantInSidebar(id, "online")
	mayaTab.Click(`[popovertarget="me"]`).ClickText("#my-status label", "Invisible").Want(`.topbar .avatar[data-presence="invisible"]`)
	sam.WantInSidebar(id, "offline").WantOnline(0)
	sam.Reload()
	sam.WaitUntilLive().WantInSidebar(id, "offline").WantOnline(0)
	mayaTab.Reload()
	mayaTab.WaitUntilLive().Want(`.topbar .avatar[data-presence="invisible"]`).WantText(presenceTextOf(id), "Invisible")
	mayaTab.Click(`[popovertarget="me"]`).ClickText("#my-status label", "Online")
	sam.WantInSidebar(id, "online").WantOnline(1)
}

func TestPresenceIsAwayWhenEveryTabIsHidden(t *testing.T) {
	t.Parallel()
	app, sam, maya, id := openPeoplePage(t)
	one := app.Open(maya, "/rooms")
	two := one.OpenTab("/people")
	sam.WantInSidebar(id, "online")
	one.SetHidden(true)
	two.SetHidden(true)
	sam.WantInSidebar(id, "away").WantOnline(1)
	two.Want(`.topbar .avatar[data-presence="away"]`)
	two.SetHidden(false)
	sam.WantInSidebar(id, "online")
	two.SetHidden(true)
	sam.WantInSidebar(id, "away")
	browser.Eval[any](one.Page, `io.socket.reconnect()`)
	one.WaitUntilLive()
	sam.WantInSidebar(id, "away") // the new connection is idle, too
}

func TestPresenceIdleUserIsAway(t *testing.T) {
	t.Parallel()
	app, sam, maya, id := openPeoplePage(t, func(c *apptest.Config) { c.Presence.Idle = 300 * time.Millisecond })
	mayaTab := app.Open(maya, "/rooms")
	sam.WantInSidebar(id, "away")
	browser.Eval[any](mayaTab.Page, `document.querySelector("#me").dataset.stay = setInterval(() => dispatchEvent(new PointerEvent("pointermove")), 50)`)
	sam.WantInSidebar(id, "online")
	browser.Eval[any](mayaTab.Page, `clearInterval(document.querySelector("#me").dataset.stay)`)
	sam.WantInSidebar(id, "away")
}

func TestPresencePageHasNoGhostsAfterARestart(t *testing.T) {
	t.Parallel()
	app, sam, maya, id := openPeoplePage(t)
	mayaTab := app.Open(maya, "/rooms")
	sam.WantInSidebar(id, "online")
	sam.AllowErrors("ERR_", "WebSocket") // while the app restarts
	mayaTab.AllowErrors("ERR_", "WebSocket")
	app.Stop()
	mayaTab.Disconnect() // so that she does not reconnect to the next app
	again := apptest.StartOn(t, app.DatabaseURL, apptest.FastPagePresence, func(c *apptest.Config) { c.Addr = app.Addr() })
	sam.WaitUntilLive().WantInSidebar(id, "offline").WantOnline(0)
	again.Open(again.As("maya"), "/rooms")
	sam.WantInSidebar(id, "online").WantOnline(1)
}

func TestPresenceCardOpensAndIsLive(t *testing.T) {
	t.Parallel()
	app, sam, maya, id := openPeoplePage(t)
	mayaTab := app.Open(maya, "/rooms")
	sam.WantInSidebar(id, "online")
	link := fmt.Sprintf(`main a[data-card="%d"]`, id)
	sam.Click(link).WantText("#person-card", "@maya").WantText("#person-card", "Online").WantText("#person-card .why", "this server").WantFocus("#person-card")
	sam.WantCount("#person-card .why code", 1)
	mayaTab.OpenTab("/people")
	mayaTab.Disconnect()
	mayaTab.Goto("/rooms")
	mayaTab.Click(`[popovertarget="me"]`).ClickText("#my-status label", "Away")
	sam.WantText("#person-card", "Away").Want("#person-card .avatar[data-presence=away]")
	sam.Press("Escape").WantNo("#person-card").WantFocus(link)
	sam.Click(link).Click("#person-card form button").WantText(".room-head h1", "Maya Okafor")
	sam.Want(fmt.Sprintf(`.room-head .avatar[data-person="%d"][data-presence="away"]`, id))

	mayaTab.WaitUntilLive().Visit("/people").Click(fmt.Sprintf(`main a[data-card="%d"]`, app.ID(app.As("sam"))))
	mayaTab.WantText("#person-card", "@sam").WantNo("#person-card .why") // only the user and admins see why
}

func TestPresenceCardsAreAccessible(t *testing.T) {
	t.Parallel()
	app, _, maya, id := openPeoplePage(t)
	app.Open(maya, "/rooms")
	sam := app.Open(app.As("sam"), "/people")
	sam.ReduceMotion()
	for _, size := range apptest.WindowSizes {
		sam.SetViewport(size.Width, size.Height)
		sam.Visit("/people").WantOnline(1).Click(fmt.Sprintf(`main a[data-card="%d"]`, id)).Want("#person-card .why")
		sam.WantAccessibleInBothThemes().Until("document.documentElement.scrollWidth <= innerWidth")
		sam.Press("Escape").Click(`[popovertarget="me"]`).Want("#my-status").WantAccessibleInBothThemes()
		sam.Visit(fmt.Sprint("/people/", id)).Want(".person-page").WantAccessibleInBothThemes()
	}
}

func TestPresenceIsShownInTheChatRoom(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.FastPagePresence)
	room := app.Room(app.As("sam"), "rings")
	sam, maya := app.Open(app.As("sam"), apptest.RoomPath(room)), app.Open(app.As("maya"), apptest.RoomPath(room))
	sam.Want(`.room-here [title^="Maya"][data-presence="online"]`)
	maya.SetHidden(true)
	sam.Want(`.room-here [title^="Maya"][data-presence="away"]`)
	sam.Click(".room-here .avatar").WantText("#person-card", "@maya")
}
