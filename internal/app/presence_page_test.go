package app

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"hubbub/internal/testkit"
)

// fastPagePresence sets the delays of presence short enough for tests of pages.
func fastPagePresence(c *Config) {
	fastPresence(c)
	c.Presence.Idle, c.Presence.Hidden = time.Hour, 100*time.Millisecond
}

const sidebarMark = `#sidebar-people .avatar[data-person="%d"][data-presence="%s"]`

// WantInSidebar waits until the sidebar shows the user with the status.
func (p tab) WantInSidebar(id int64, status string) tab {
	p.Want(fmt.Sprintf(sidebarMark, id, status))
	p.WantText(fmt.Sprintf(`#sidebar-people [data-presence-word="%d"]`, id), status)
	return p
}

// WantOnline waits until the heading shows n users online.
func (p tab) WantOnline(n int) tab {
	p.WantText("#sidebar-people .nav-head", fmt.Sprintf("%d online", n))
	return p
}

// hide simulates that the tab becomes hidden or visible.
func (p tab) hide(hidden bool) tab {
	testkit.Eval[any](p.Page, fmt.Sprintf(`Object.defineProperty(document, "hidden", {configurable: true, value: %v}),
		document.dispatchEvent(new Event("visibilitychange"))`, hidden))
	return p
}

// close ends the tab's connection, as closing the tab would.
func (p tab) close() { testkit.Eval[any](p.Page, `io.socket.disconnect()`) }

// openPeoplePage opens the people page for Sam. Maya is not online yet.
func openPeoplePage(t *testing.T, change ...func(*Config)) (app *instance, sam tab, maya *testkit.Client, mayaID int64) {
	app = startApp(t, append([]func(*Config){fastPagePresence}, change...)...)
	maya = app.as("maya")
	sam = app.open(app.as("sam"), "/people")
	return app, sam.WantOnline(0), maya, app.id(maya)
}

func TestPresencePageShowsUsersComeAndGo(t *testing.T) {
	t.Parallel()
	app, sam, maya, id := openPeoplePage(t)
	sam.WantInSidebar(id, "offline")
	one := app.open(maya, "/rooms")
	sam.WantInSidebar(id, "online").WantOnline(1)
	sam.WantText(presenceTextOf(id), "Online")
	two := one.openTab("/people").WantOnline(1)
	one.close()
	app.open(app.as("theo"), "/rooms")
	sam.WantOnline(2).WantInSidebar(id, "online")
	two.close()
	sam.WantInSidebar(id, "offline").WantOnline(1).WantText(presenceTextOf(id), "Last seen just now")
	sam.WantText("[data-announce=polite]", "").WantNo("[data-announce] > *")
}

func presenceTextOf(id int64) string { return fmt.Sprintf(`main [data-standing-of="%d"]`, id) }

func TestPresenceIsUnchangedByAReload(t *testing.T) {
	t.Parallel()
	app, sam, maya, id := openPeoplePage(t, func(c *Config) { c.Presence.Grace = 10 * time.Second })
	mayaTab := app.open(maya, "/rooms")
	sam.WantInSidebar(id, "online")
	testkit.Eval[any](sam.Page, `globalThis.received = [], ["userOnline", "userOffline", "presenceUpdated"].forEach(name => io.socket.on(name, ({userId}) => received.push([name, userId])))`)
	mayaTab.Reload()
	mayaTab.live().WantOnline(1)
	mayaTab.Reload()
	mayaTab.live()
	app.open(app.as("theo"), "/rooms")
	sam.WantOnline(2)
	if n := testkit.Eval[int](sam.Page, fmt.Sprintf(`received.filter(([, id]) => id === %d).length`, id)); n != 0 {
		t.Errorf("Sam received %d events of a reload", n)
	}
}

func TestPresenceIsRenderedByTheServer(t *testing.T) {
	t.Parallel()
	app, _, maya, _ := openPeoplePage(t)
	samID := app.id(app.as("sam"))
	page := tab{testkit.Browser(t).Person(t, app.at(), maya.Cookies()...)}
	page.DisableJS().Goto("/people")
	page.WantInSidebar(samID, "online").WantOnline(1).WantText(presenceTextOf(samID), "Online")
	page.Want(`.topbar .avatar[data-presence="online"]`)
}

func TestPresenceStatusAndTextAreShownToOthers(t *testing.T) {
	t.Parallel()
	app, sam, maya, id := openPeoplePage(t)
	mayaTab := app.open(maya, "/people")
	other := mayaTab.openTab("/rooms")
	mayaTab.Click(`[popovertarget="me"]`).Want("#my-status").ClickText("#my-status label", "Do not disturb")
	sam.WantInSidebar(id, "busy").WantText(presenceTextOf(id), "Do not disturb")
	for _, p := range []tab{mayaTab, other} {
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
	app.open(maya, "/rooms")
	maya.Do(http.MethodPost, "/people/me/status", in{"status": "away", "text": "at the dentist"}).Want(http.StatusSeeOther)
	sam.WantInSidebar(id, "away").WantText(presenceTextOf(id), "Away · at the dentist")
	maya.Do(http.MethodPost, "/people/me/status", in{"status": "away", "text": "at the dentist", "clear": true}).Want(http.StatusSeeOther)
	sam.WantNoText(presenceTextOf(id), "dentist")
	maya.Do(http.MethodPost, "/people/me/status", in{"status": "asleep"}).Want(http.StatusUnprocessableEntity)
}

func TestPresencePageShowsInvisibleUsersAsOffline(t *testing.T) {
	t.Parallel()
	app, sam, maya, id := openPeoplePage(t)
	mayaTab := app.open(maya, "/people")
	sam.WantInSidebar(id, "online")
	mayaTab.Click(`[popovertarget="me"]`).ClickText("#my-status label", "Invisible").Want(`.topbar .avatar[data-presence="invisible"]`)
	sam.WantInSidebar(id, "offline").WantOnline(0)
	sam.Reload()
	sam.live().WantInSidebar(id, "offline").WantOnline(0)
	mayaTab.Reload()
	mayaTab.live().Want(`.topbar .avatar[data-presence="invisible"]`).WantText(presenceTextOf(id), "Invisible")
	mayaTab.Click(`[popovertarget="me"]`).ClickText("#my-status label", "Online")
	sam.WantInSidebar(id, "online").WantOnline(1)
}

func TestPresenceIsAwayWhenEveryTabIsHidden(t *testing.T) {
	t.Parallel()
	app, sam, maya, id := openPeoplePage(t)
	one := app.open(maya, "/rooms")
	two := one.openTab("/people")
	sam.WantInSidebar(id, "online")
	one.hide(true)
	two.hide(true)
	sam.WantInSidebar(id, "away").WantOnline(1)
	two.Want(`.topbar .avatar[data-presence="away"]`)
	two.hide(false)
	sam.WantInSidebar(id, "online")
	two.hide(true)
	sam.WantInSidebar(id, "away")
	testkit.Eval[any](one.Page, `io.socket.reconnect()`)
	one.live()
	sam.WantInSidebar(id, "away") // the new connection is idle, too
}

func TestPresenceIdleUserIsAway(t *testing.T) {
	t.Parallel()
	app, sam, maya, id := openPeoplePage(t, func(c *Config) { c.Presence.Idle = 300 * time.Millisecond })
	mayaTab := app.open(maya, "/rooms")
	sam.WantInSidebar(id, "away")
	testkit.Eval[any](mayaTab.Page, `document.querySelector("#me").dataset.stay = setInterval(() => dispatchEvent(new PointerEvent("pointermove")), 50)`)
	sam.WantInSidebar(id, "online")
	testkit.Eval[any](mayaTab.Page, `clearInterval(document.querySelector("#me").dataset.stay)`)
	sam.WantInSidebar(id, "away")
}

func TestPresencePageHasNoGhostsAfterARestart(t *testing.T) {
	t.Parallel()
	app, sam, maya, id := openPeoplePage(t)
	mayaTab := app.open(maya, "/rooms")
	sam.WantInSidebar(id, "online")
	sam.AllowErrors("ERR_", "WebSocket") // while the app restarts
	app.stop()
	mayaTab.close() // so that she does not reconnect to the next app
	again := startAppOn(t, app.config.DatabaseURL, fastPagePresence, func(c *Config) { c.Addr = app.listener.Addr().String() })
	sam.live().WantInSidebar(id, "offline").WantOnline(0)
	again.open(again.as("maya"), "/rooms")
	sam.WantInSidebar(id, "online").WantOnline(1)
}

func TestPresenceCardOpensAndIsLive(t *testing.T) {
	t.Parallel()
	app, sam, maya, id := openPeoplePage(t)
	mayaTab := app.open(maya, "/rooms")
	sam.WantInSidebar(id, "online")
	link := fmt.Sprintf(`main a[data-card="%d"]`, id)
	sam.Click(link).WantText("#person-card", "@maya").WantText("#person-card", "Online").WantText("#person-card .why", "this server").WantFocus("#person-card")
	sam.WantCount("#person-card .why code", 1)
	mayaTab.openTab("/people")
	mayaTab.close()
	mayaTab.Goto("/rooms")
	mayaTab.Click(`[popovertarget="me"]`).ClickText("#my-status label", "Away")
	sam.WantText("#person-card", "Away").Want("#person-card .avatar[data-presence=away]")
	sam.Press("Escape").WantNo("#person-card").WantFocus(link)
	sam.Click(link).Click("#person-card form button").WantText(".room-head h1", "Maya Okafor")
	sam.Want(fmt.Sprintf(`.room-head .avatar[data-person="%d"][data-presence="away"]`, id))

	mayaTab.live().visit("/people").Click(fmt.Sprintf(`main a[data-card="%d"]`, app.id(app.as("sam"))))
	mayaTab.WantText("#person-card", "@sam").WantNo("#person-card .why") // only the user and admins see why
}

func TestPresenceCardsAreAccessible(t *testing.T) {
	t.Parallel()
	app, _, maya, id := openPeoplePage(t)
	app.open(maya, "/rooms")
	sam := app.open(app.as("sam"), "/people")
	sam.ReduceMotion()
	for _, size := range sizes {
		sam.SetViewport(size.width, size.height)
		sam.visit("/people").WantOnline(1).Click(fmt.Sprintf(`main a[data-card="%d"]`, id)).Want("#person-card .why")
		sam.WantAccessibleInBothThemes().Until("document.documentElement.scrollWidth <= innerWidth")
		sam.Press("Escape").Click(`[popovertarget="me"]`).Want("#my-status").WantAccessibleInBothThemes()
		sam.visit(fmt.Sprint("/people/", id)).Want(".person-page").WantAccessibleInBothThemes()
	}
}

func TestPresenceIsShownInTheChatRoom(t *testing.T) {
	t.Parallel()
	app := startApp(t, fastPagePresence)
	room := app.room(app.as("sam"), "rings")
	sam, maya := app.open(app.as("sam"), roomPath(room)), app.open(app.as("maya"), roomPath(room))
	sam.Want(`.room-here [title^="Maya"][data-presence="online"]`)
	maya.hide(true)
	sam.Want(`.room-here [title^="Maya"][data-presence="away"]`)
	sam.Click(".room-here .avatar").WantText("#person-card", "@maya")
}
