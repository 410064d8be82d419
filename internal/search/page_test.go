package search_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/browser"
)

// startWithRoom starts an app and creates a public room of Theo's.
func startWithRoom(t *testing.T) (app *apptest.App, theo *testkit.Client, room int64) {
	app = apptest.Start(t)
	theo = app.As("theo")
	return app, theo, app.Room(theo, "menagerie")
}

// openWombatSearch opens a search for Maya that has found a message of Theo's.
func openWombatSearch(t *testing.T) (app *apptest.App, theo *testkit.Client, room int64, maya apptest.Tab) {
	app, theo, room = startWithRoom(t)
	app.Send(theo, room, "the first wombat digs")
	return app, theo, room, app.Open(app.As("maya"), "/search?q=wombat")
}

func TestSearchPageIsLive(t *testing.T) {
	t.Parallel()
	app, theo, room, maya := openWombatSearch(t)
	sam := app.As("sam")
	maya.WantCount("#hits li", 1).WantText("#hits mark", "wombat").WantText("#hits .sub", "in #menagerie").WantNo("#hits .is-fresh")

	app.Send(sam, app.PrivateRoom(sam, theo), "the secret wombat digs")
	app.Send(theo, room, "the other wombat digs")
	maya.WantText("#hits li:first-child .is-fresh", "New").WantText("#hits li:first-child", "the other wombat").WantText("[data-hit-count]", "2 results")

	lamp := testkit.As[apptest.Fields](sam.Post("/api/products", in{"name": "Wombat lamp", "price": "12.5"}).Want(200))
	row := fmt.Sprintf("#found-product-%d", lamp.ID)
	maya.WantText(row, "12.50").WantText("#search-kind-product .count", "1")
	sam.Do("PATCH", fmt.Sprint("/api/products/", lamp.ID), in{"price": "13"}).Want(200)
	maya.WantText(row, "13.00").WantCount("#hits li", 3)
	sam.Do("PATCH", fmt.Sprint("/api/products/", lamp.ID), in{"name": "Desk lamp"}).Want(200)
	maya.WantCount(row, 0).WantText("[data-hit-count]", "2 results").WantNoText("body", "secret wombat")

	maya.Click("#search-kind-message").WantPath("/search?q=wombat&kinds=message").Want("#search-kind-message[aria-current]")
	maya.Clear("#q").Type("#q", "okapi").WantText("#after-hits", "No results for “okapi”").WantPath("/search?q=okapi&kinds=message")
	app.Send(theo, room, "an <b>okapi</b>!")
	maya.WantText("#hits .is-fresh", "an <b>okapi</b>!").WantNo("#after-hits .empty")
	maya.Click("#hits a.hit").Want(".message").WantText(".message .body", "okapi")
	browser.Eval[any](maya.Page, `history.back()`)
	maya.WantPath("/search?q=okapi&kinds=message").WantValue("#q", "okapi").WantCount("#hits li", 1)
	maya.Click("[type=reset]").WantPath("/search?kinds=message").WantText("#after-hits", "Search everything").WantCount("#hits li", 0)
}

func TestSearchPageHoldsNewResultsWhileInUse(t *testing.T) {
	t.Parallel()
	app, theo, room, maya := openWombatSearch(t)
	maya.Type("#q", "").Press("ArrowDown").WantFocus("#hits li:first-child a.hit")
	app.Send(theo, room, "the other wombat digs")
	maya.WantText("[data-arrivals]", "1 new result").WantText("#hits li:first-child", "first").WantFocus("#hits li:first-child a.hit")
	maya.Click("[data-arrivals]").WantText("#hits li:first-child .is-fresh", "the other wombat").WantNo("[data-arrivals]")

	maya.Hover("#hits li:last-child")
	browser.Eval[any](maya.Page, `io.socket.disconnect()`)
	third := app.Send(theo, room, "the third wombat digs")
	theo.Do("DELETE", fmt.Sprint("/api/chat/messages/", third-1), nil).Want(http.StatusNoContent)
	browser.Eval[any](maya.Page, `io.socket.reconnect()`)
	maya.WantText("[data-arrivals]", "1 new result").WantText("#hits li:last-child", "first").WantNoText("#hits", "the other wombat")
	maya.Click("[data-arrivals]").WantText("#hits li:first-child .is-fresh", "the third wombat").WantCount("#hits li", 2)
}

func TestSearchPreviewShowsTheWholeMessage(t *testing.T) {
	t.Parallel()
	app, theo, room, maya := openWombatSearch(t)
	sam := app.As("sam")
	said := app.Send(theo, room, "A wombat "+strings.Repeat("digs and ", 60)+"sleeps.")
	maya.WantCount("#hits li", 2).Hover(fmt.Sprintf("#found-message-%d", said)).WantText("#search-preview", "sleeps.").WantText("#search-preview mark", "wombat")
	maya.WantText("#search-preview header", "in #menagerie").WantAccessible()
	theo.Do("PATCH", fmt.Sprint("/api/chat/messages/", said), in{"text": "A wombat wakes."}).Want(200)
	maya.WantText("#search-preview", "wakes.")
	maya.Type("#q", "").Press("ArrowDown").WantText("#search-preview", "wombat")

	secret := app.Send(sam, app.PrivateRoom(sam, theo), "the secret wombat digs")
	app.As("maya").Get(fmt.Sprintf("/search/preview?q=wombat&kind=message&id=%d", secret)).Want(http.StatusNotFound)
	theo.Do("DELETE", fmt.Sprint("/api/chat/messages/", said), nil).Want(http.StatusNoContent)
	maya.WantCount("#hits li", 1)
	maya.Clear("#q").Type("#q", "okapi").WantNo("#search-preview")
}

func TestSearchPageLoadsMoreResults(t *testing.T) {
	t.Parallel()
	app, theo, room := startWithRoom(t)
	for n := range 25 {
		app.Send(theo, room, fmt.Sprintf("numbat %d", n))
	}
	maya := app.Open(app.As("maya"), "/search?q=numbat")
	maya.WantText("[data-hit-count]", "25 results").WantCount("#hits li", 20).Click("[data-more]")
	maya.WantCount("#more-hits li", 5).WantFocus("#more-hits li:first-child a").WantNo("[data-more]")
	maya.Type("#q", "")
	app.Send(theo, room, "numbat 25")
	maya.WantText("#hits li:first-child", "numbat 25").WantCount("#hits li", 20).WantText("#more-hits li:first-child", "numbat 5").Want("[data-more]")
}

func TestSearchWorksWithoutScript(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	maya := app.Browser(app.As("maya"))
	maya.DisableJS().Goto("/search")
	maya.Type("#q", "launch").Press("Enter").WantPath("/search?q=launch&kinds=").WantText("#hits mark", "launch")
	maya.Click("#search-kind-room").WantPath("/search?kinds=room&q=launch").WantCount("#hits li", 1)
	maya.Click("[data-save-form] button").WantText(".saved-search", "launch").WantText(".saved-search", "Rooms").WantPath("/search?kinds=room&q=launch")
	maya.Click(".saved-search button").WantText(".saved-searches", "No saved searches yet").WantPath("/search?kinds=room&q=launch")
}

func TestSearchSavedQueryShowsANotification(t *testing.T) {
	t.Parallel()
	app, theo, room := startWithRoom(t)
	nora := app.Open(app.SignUp("Nora Quist").Client, "/search?q=wombat")
	nora.Click("[data-save-form] button").WantText(".saved-search", "wombat")
	nora.Visit("/people")
	said := app.Send(theo, room, "a wombat of tomorrow")
	nora.WantUnread(1).WantText(".toast", "a wombat of tomorrow")
	nora.Click(".toast a").WantPath(fmt.Sprintf("/rooms/%d?message=%d", room, said))
}

func TestSearchPaletteWorksByKeys(t *testing.T) {
	t.Parallel()
	app, theo, room := startWithRoom(t)
	said := app.Send(theo, room, "a quokka smiles")
	maya := app.Open(app.As("maya"), "/people")
	maya.Press("Control+k").WantFocus("#palette-input").Type("#palette-input", "quokka")
	maya.WantText("#palette-list [aria-selected=true]", "a quokka smiles").WantText("[data-announce=polite]", "1 result").WantAccessible()
	maya.Press("ArrowDown").WantText("#palette-list [aria-selected=true]", "See all results for “quokka”").Press("ArrowUp").Press("Enter")
	maya.WantPath(fmt.Sprintf("/rooms/%d?message=%d", room, said))
	maya.WaitUntilLive()
	maya.Press("Control+k").WantText("#palette-list", "Recent searches").Type("#palette-input", "quokka").Press("Control+Enter").WantPath("/search?q=quokka")
	maya.WaitUntilLive()
	maya.WantText("#hits", "a quokka smiles")
}
