package notify_test

import (
	"fmt"
	"net/http"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/browser"
)

// openTwoTabs opens two pages for Nora, a new user without notifications.
func openTwoTabs(t *testing.T) (app *apptest.App, nora apptest.Member, one, two apptest.Tab) {
	app = apptest.Start(t)
	nora = app.SignUp("Nora Quist")
	one = app.Open(nora.Client, "/people")
	return app, nora, one, one.OpenTab("/rooms")
}

func TestNotificationOfAMentionLeadsToTheMessage(t *testing.T) {
	t.Parallel()
	app, nora, page, other := openTwoTabs(t)
	sam := app.As("sam")
	room := app.Room(sam, "launch")
	said := testkit.As[apptest.Fields](sam.Post("/api/chat/send", in{"roomId": room, "text": "can you watch, @" + nora.Handle + "?"}).Want(http.StatusOK))
	for _, p := range []apptest.Tab{page, other} {
		p.WantUnread(1).WantText(".toast", "Sam Rivera mentioned you in #launch").WantText(".toast .body", "can you watch").Want(".toast .avatar")
		p.WantText("[data-announce=polite]", "Sam Rivera mentioned you")
	}
	page.Click(".toast a").WantPath(fmt.Sprintf("/rooms/%d?message=%d", room, said.ID))
	page.WantMessage("can you watch").WaitUntilLive().WantUnread(0)
	other.WantUnread(0).WantNo(".toast")
}

func TestNotificationReadInOneTabIsReadInAll(t *testing.T) {
	t.Parallel()
	app, nora, one, two := openTwoTabs(t)
	app.SendMention(nora.ID, "one", "/people")
	app.SendMention(nora.ID, "two", "/rooms")
	one.WantUnread(2).WantText(".toast", "in two").WantNoText(".toast", "in one") // its page is open in this tab
	two.WantUnread(2).OpenBell().WantText(".toast", "in one").WantCount("#notifications .is-unread", 2)
	one.OpenBell().WantText(".notice-row:first-child", "in two")
	one.UseNoticeTool("Mark as read").WantUnread(1)
	one.WantFocus(".notice-more")
	two.WantUnread(1).WantCount("#notifications .is-unread", 1).WantNoText(".toast", "in two")
	one.ClickText("#notifications .segmented a", "Unread").WantCount(".notice-row", 1).WantText(".notice-row", "in one")
	one.UseNoticeTool("Why did I get this?").WantFocus(".notice-why").WantText(".notice-why", "Someone mentioned you in a message.")
	one.ClickText("#notifications button", "Mark all as read")
	one.WantUnread(0)
	two.WantUnread(0).WantCount("#notifications .is-unread", 0).WantNo(".toast")
	two.UseNoticeTool("Delete").WantCount(".notice-row", 1).WantText(".notice-row", "in one")
	one.WantCount(".notice-row", 1)
	two.UseNoticeTool("Delete").Want("#notifications .empty").WantText("#notifications .empty", "No notifications")
	two.Press("Escape").WantNo("#notifications").WantFocus("#bell")
}

func TestNotificationCountIsRightAfterReconnect(t *testing.T) {
	t.Parallel()
	app, nora, page, other := openTwoTabs(t)
	app.SendMention(nora.ID, "before", "/rooms")
	page.WantUnread(1).WantText(".toast", "in before").Click(".toast .dismiss").WantNo(".toast")
	page.Disconnect()
	for _, key := range []string{"first", "second", "third"} {
		app.SendMention(nora.ID, key, "/rooms")
	}
	other.WantUnread(4).OpenBell().UseNoticeTool("Mark as read").WantUnread(3)
	browser.Eval[any](page.Page, `io.socket.reconnect()`)
	page.WaitUntilLive().WantUnread(3).WantText(".toast", "2 new notifications").WantCount(".toast", 1)
	page.OpenBell().WantCount(".notice-row", 4).WantCount(".notice.is-unread", 3)
	app.SendMention(nora.ID, "after", "/rooms")
	page.WantUnread(4).WantCount(".notice-row", 5).WantText(".notice-row:first-child", "in after")
	page.Reload()
	page.WaitUntilLive().WantUnread(4).WantNo(".toast")
}

func TestSnoozeHidesTheNotificationUntilUnsnoozed(t *testing.T) {
	t.Parallel()
	app, nora, page, other := openTwoTabs(t)
	app.SendMention(nora.ID, "snooze", "/rooms")
	other.Visit("/notifications?show=snoozed").WantUnread(1).Want(".empty").WantText(".empty", "No snoozed notifications")
	page.WantUnread(1).OpenBell().UseNoticeTool("Until tomorrow").WantUnread(0).Want("#notifications .empty").WantText("#notifications .empty", "No notifications")
	other.WantUnread(0).WantText(".notice-row", "back tomorrow at 09:00").WantNo(".empty")
	other.UseNoticeTool("Unsnooze").WantUnread(1).WantCount(".notice-row", 0).WantNo(".toast")
	page.WantUnread(1).WantCount(".notice-row", 1).WantText(".toast", "in snooze")
}

func TestNotificationPageHasEarlierNotifications(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	nora := app.SignUp("Nora Quist")
	for n := range 55 {
		app.SendMention(nora.ID, fmt.Sprintf("n%02d", n), "/rooms")
	}
	page := app.Open(nora.Client, "/notifications").WantUnread(55)
	page.WantNo(".toast").WantCount(".notice-row", 50).WantText(".notice-row:first-child", "n54")
	page.ClickText("a", "Older").WantCount(".notice-row", 5).WantText(".notice-row:last-child", "n00")
	page.WaitUntilLive()
	app.SendMention(nora.ID, "new", "/people")
	page.WantUnread(56).WantCount(".notice-row", 5)
	page.ClickText(".notice", "n03").WantPath("/rooms")
	page.WaitUntilLive().WantUnread(55)
}

func TestNotificationsWorkWithoutScript(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	nora := app.SignUp("Nora Quist")
	for _, key := range []string{"one", "two", "three"} {
		app.SendMention(nora.ID, key, "/people")
	}
	page := app.Browser(nora.Client)
	page.DisableJS().Goto("/rooms").Click("#bell").WantText("#notifications", "in three").ClickText("#notifications a", "See all")
	page.WantPath("/notifications").WantText("#bell", "3")
	page.Click(".notice-more").ClickText(".menu-item", "Why did I get this").WantText(".reasons", "Someone mentioned you in a message.")
	page.ClickText("main a", "All notifications").WantPath("/notifications")
	page.Click(".notice-more").ClickText(".menu-item", "an hour").WantCount(".notice-row", 2).WantText("#bell", "2")
	page.ClickText(".segmented a", "Snoozed").WantText(".notice-row", "Snoozed, back")
	page.Click(".notice-more").ClickText(".menu-item", "Unsnooze").Want(".empty").WantText(".empty", "No snoozed notifications").WantPath("/notifications?show=snoozed")
	page.ClickText(".segmented a", "All").ClickText(".notice", "in two").WantPath("/people").WantText("#bell", "2")
	page.Goto("/notifications").ClickText("main button", "Mark all as read").WantNo("#bell .count")
}

func TestNotificationPreferencesForm(t *testing.T) {
	t.Parallel()
	app, nora, page, _ := openTwoTabs(t)
	page.AllowErrors("422")
	page.Visit("/settings").Click(`[name=inApp][value=mention]`).Click(`[name=push][value=reply]`).Click("[name=quiet]")
	page.Clear("#timeZone").Type("#timeZone", "Atlantis").ClickText("#notification-preferences button", "Save")
	page.WantText(".field-error", "time zone").WantValue("#timeZone", "Atlantis").Until(`!document.querySelector("[name=inApp][value=mention]").checked`)
	page.WaitUntilLive().Clear("#timeZone").Type("#timeZone", "Etc/UTC").ClickText("#notification-preferences button", "Save")
	page.WantText("#notification-preferences [role=status]", "settings saved")
	page.Until(`/at (22|07):00/.test(document.querySelector(".quiet-hours .field-hint").textContent)`)
	page.Until(`[...document.querySelectorAll(".preferences-table input:not(:checked)")].map(box => box.name + box.value).join() === "inAppmention,pushreply"`)
	app.SendMention(nora.ID, "unwanted", "/rooms")
	page.WaitUntilLive().WantUnread(0).WantNo(".toast")
}
