package app

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"hubbub/internal/notify"
	"hubbub/internal/testkit"
)

// sendMention sends the user a notification of a mention by Sam.
func (i *instance) sendMention(userID int64, key, url string) {
	i.t.Helper()
	err := i.notify.Send(context.Background(), notify.Notification{
		UserID: userID, Type: notify.Mention, Key: key, ActorID: i.id(i.as("sam")), Title: notify.Who + " mentioned you in " + key,
		Message: "what about it?", URL: url, Rule: "A message names you.",
	})
	if err != nil {
		i.t.Fatal(err)
	}
}

// WantUnread waits until the bell, its label, the title and the icon show n unread.
func (p tab) WantUnread(n int) tab {
	if n == 0 {
		p.WantNo("#bell .count").Want(`#bell[aria-label="Notifications"]`)
		p.Until(`!document.querySelector("link[rel=icon]").href.endsWith("icon-unread.svg")`)
		return p
	}
	p.WantText("#bell .count", fmt.Sprint(n)).Want(fmt.Sprintf(`#bell[aria-label="Notifications, %d unread"]`, n))
	p.Until(`/^\(\d+\) /.test(document.title) && document.querySelector("link[rel=icon]").href.endsWith("icon-unread.svg")`)
	return p
}

// OpenBell opens the panel of notifications by the keyboard.
func (p tab) OpenBell() tab {
	testkit.Eval[any](p.Page, `document.querySelector("#bell").focus()`)
	p.Press("Enter").WantFocus("#notifications")
	return p
}

// UseNoticeTool uses an item in the menu of the first notification.
func (p tab) UseNoticeTool(words string) tab {
	p.Click(".notice-more").ClickText(".notice-row .menu .menu-item", words).WantNo(".notice-row .menu:popover-open")
	return p
}

// openTwoTabs opens two pages for Nora, a new user without notifications.
func openTwoTabs(t *testing.T) (app *instance, nora member, one, two tab) {
	app = startApp(t)
	nora = app.signUp("Nora Quist")
	one = app.open(nora.Client, "/people")
	return app, nora, one, one.openTab("/rooms")
}

func TestNotificationOfAMentionLeadsToTheMessage(t *testing.T) {
	t.Parallel()
	app, nora, page, other := openTwoTabs(t)
	sam := app.as("sam")
	room := app.room(sam, "launch")
	said := testkit.As[thing](sam.Post("/api/chat/send", in{"roomId": room, "text": "can you watch, @" + nora.handle + "?"}).Want(http.StatusOK))
	for _, p := range []tab{page, other} {
		p.WantUnread(1).WantText(".toast", "Sam Rivera mentioned you in #launch").WantText(".toast .body", "can you watch").Want(".toast .avatar")
		p.WantText("[data-announce=polite]", "Sam Rivera mentioned you")
	}
	page.Click(".toast a").WantPath(fmt.Sprintf("/rooms/%d?message=%d", room, said.ID))
	page.WantMessage("can you watch").live().WantUnread(0)
	other.WantUnread(0).WantNo(".toast")
}

func TestNotificationReadInOneTabIsReadInAll(t *testing.T) {
	t.Parallel()
	app, nora, one, two := openTwoTabs(t)
	app.sendMention(nora.id, "one", "/people")
	app.sendMention(nora.id, "two", "/rooms")
	one.WantUnread(2).WantText(".toast", "in two").WantNoText(".toast", "in one") // its page is open in this tab
	two.WantUnread(2).OpenBell().WantText(".toast", "in one").WantCount("#notifications .is-unread", 2)
	one.OpenBell().WantText(".notice-row:first-child", "in two")
	one.UseNoticeTool("Mark as read").WantUnread(1)
	one.WantFocus(".notice-more")
	two.WantUnread(1).WantCount("#notifications .is-unread", 1).WantNoText(".toast", "in two")
	one.ClickText("#notifications .segmented a", "Unread").WantCount(".notice-row", 1).WantText(".notice-row", "in one")
	one.UseNoticeTool("Why this?").WantFocus(".notice-why").WantText(".notice-why", "A message names you.")
	one.ClickText("#notifications button", "Mark all read")
	one.WantUnread(0)
	two.WantUnread(0).WantCount("#notifications .is-unread", 0).WantNo(".toast")
	two.UseNoticeTool("Delete").WantCount(".notice-row", 1).WantText(".notice-row", "in one")
	one.WantCount(".notice-row", 1)
	two.UseNoticeTool("Delete").Want("#notifications .empty").WantText("#notifications .empty", "All caught up")
	two.Press("Escape").WantNo("#notifications").WantFocus("#bell")
}

func TestNotificationCountIsRightAfterReconnect(t *testing.T) {
	t.Parallel()
	app, nora, page, other := openTwoTabs(t)
	app.sendMention(nora.id, "before", "/rooms")
	page.WantUnread(1).WantText(".toast", "in before").Click(".toast .dismiss").WantNo(".toast")
	page.close()
	for _, key := range []string{"first", "second", "third"} {
		app.sendMention(nora.id, key, "/rooms")
	}
	other.WantUnread(4).OpenBell().UseNoticeTool("Mark as read").WantUnread(3)
	testkit.Eval[any](page.Page, `io.socket.reconnect()`)
	page.live().WantUnread(3).WantText(".toast", "2 new notifications").WantCount(".toast", 1)
	page.OpenBell().WantCount(".notice-row", 4).WantCount(".notice.is-unread", 3)
	app.sendMention(nora.id, "after", "/rooms")
	page.WantUnread(4).WantCount(".notice-row", 5).WantText(".notice-row:first-child", "in after")
	page.Reload()
	page.live().WantUnread(4).WantNo(".toast")
}

func TestSnoozeHidesTheNotificationUntilUnsnoozed(t *testing.T) {
	t.Parallel()
	app, nora, page, other := openTwoTabs(t)
	app.sendMention(nora.id, "snooze", "/rooms")
	other.visit("/notifications?show=snoozed").WantUnread(1).Want(".empty").WantText(".empty", "Nothing is snoozed")
	page.WantUnread(1).OpenBell().UseNoticeTool("Until tomorrow").WantUnread(0).Want("#notifications .empty").WantText("#notifications .empty", "All caught up")
	other.WantUnread(0).WantText(".notice-row", "back tomorrow at 09:00").WantNo(".empty")
	other.UseNoticeTool("Bring back now").WantUnread(1).WantCount(".notice-row", 0).WantNo(".toast")
	page.WantUnread(1).WantCount(".notice-row", 1).WantText(".toast", "in snooze")
}

func TestNotificationPageHasEarlierNotifications(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	nora := app.signUp("Nora Quist")
	for n := range 55 {
		app.sendMention(nora.id, fmt.Sprintf("n%02d", n), "/rooms")
	}
	page := app.open(nora.Client, "/notifications").WantUnread(55)
	page.WantNo(".toast").WantCount(".notice-row", 50).WantText(".notice-row:first-child", "n54")
	page.ClickText("a", "Older").WantCount(".notice-row", 5).WantText(".notice-row:last-child", "n00")
	page.live()
	app.sendMention(nora.id, "new", "/people")
	page.WantUnread(56).WantCount(".notice-row", 5)
	page.ClickText(".notice", "n03").WantPath("/rooms")
	page.live().WantUnread(55)
}

func TestNotificationsWorkWithoutScript(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	nora := app.signUp("Nora Quist")
	for _, key := range []string{"one", "two", "three"} {
		app.sendMention(nora.id, key, "/people")
	}
	page := tab{testkit.Browser(t).Person(t, app.at(), nora.Cookies()...)}
	page.DisableJS().Goto("/rooms").Click("#bell").WantText("#notifications", "in three").ClickText("#notifications a", "See all")
	page.WantPath("/notifications").WantText("#bell", "3")
	page.Click(".notice-more").ClickText(".menu-item", "Why this").WantText(".reasons", "A message names you.")
	page.ClickText("main a", "All notifications").WantPath("/notifications")
	page.Click(".notice-more").ClickText(".menu-item", "an hour").WantCount(".notice-row", 2).WantText("#bell", "2")
	page.ClickText(".segmented a", "Snoozed").WantText(".notice-row", "Snoozed, back")
	page.Click(".notice-more").ClickText(".menu-item", "Bring back").Want(".empty").WantText(".empty", "Nothing is snoozed").WantPath("/notifications?show=snoozed")
	page.ClickText(".segmented a", "All").ClickText(".notice", "in two").WantPath("/people").WantText("#bell", "2")
	page.Goto("/notifications").ClickText("main button", "Mark all read").WantNo("#bell .count")
}

func TestNotificationPreferencesForm(t *testing.T) {
	t.Parallel()
	app, nora, page, _ := openTwoTabs(t)
	page.AllowErrors("422")
	page.visit("/settings").Click(`[name=inApp][value=mention]`).Click(`[name=push][value=reply]`).Click("[name=quiet]")
	page.Clear("#timeZone").Type("#timeZone", "Atlantis").ClickText("#notification-preferences button", "Save")
	page.WantText(".field-error", "time zone").WantValue("#timeZone", "Atlantis").Until(`!document.querySelector("[name=inApp][value=mention]").checked`)
	page.live().Clear("#timeZone").Type("#timeZone", "Etc/UTC").ClickText("#notification-preferences button", "Save")
	page.WantText("#notification-preferences [role=status]", "from now on")
	page.Until(`/at (22|07):00/.test(document.querySelector(".quiet-hours .field-hint").textContent)`)
	page.Until(`[...document.querySelectorAll(".preferences-table input:not(:checked)")].map(box => box.name + box.value).join() === "inAppmention,pushreply"`)
	app.sendMention(nora.id, "unwanted", "/rooms")
	page.live().WantUnread(0).WantNo(".toast")
}
