package chat_test

import (
	"fmt"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/browser"
)

// sendLines sends the numbered messages "line 1." and so on, and returns their ids.
func sendLines(app *apptest.App, client *testkit.Client, room int64, from, to int) (ids []int64) {
	app.T.Helper()
	live := client.Connect("")
	defer live.Close()
	for n := from; n <= to; n++ {
		sent := live.Post("/api/chat/send", in{"roomId": room, "text": fmt.Sprintf("line %d.", n)}).Want(200)
		ids = append(ids, testkit.As[apptest.Fields](sent).ID)
	}
	return ids
}

func noRateLimit(c *apptest.Config) { c.RequestRate = 0 }

// top returns the vertical position of a message in the viewport, in pixels.
func top(p apptest.Tab, id int64) float64 {
	return browser.Eval[float64](p.Page, fmt.Sprintf(`document.getElementById("message-%d").getBoundingClientRect().top`, id))
}

// wantUnmoved waits until the message is at its former position, to the pixel.
func wantUnmoved(p apptest.Tab, id int64, before float64) {
	p.Until(fmt.Sprintf(`Math.abs(document.getElementById("message-%d").getBoundingClientRect().top - %f) < 1`, id, before))
}

const scrollToTop = `(document.querySelector("[data-log]").scrollTop = -1e6)`

func TestChatHistoryLoadsAboveWithoutScrolling(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, noRateLimit)
	owner := app.As("sam")
	room := app.Room(owner, "long")
	ids := sendLines(app, owner, room, 1, 120)
	maya := app.Open(app.As("maya"), apptest.RoomPath(room))
	maya.WantMessage("line 120.").WantCount(".message", 50).Until(`document.querySelector("[data-log]").scrollTop === 0`)

	oldest := ids[70]
	maya.Until(fmt.Sprintf(`(document.getElementById("message-%d").scrollIntoView(), true)`, oldest))
	before := top(maya, oldest)
	maya.WantCount(".message", 100)
	wantUnmoved(maya, oldest, before)
	maya.Until(scrollToTop).WantCount(".message", 120).Until(scrollToTop)
	maya.WantMessage("line 1.").Want(".beginning").WantNo("[data-edge]").WantCount(".divider.day", 1)
}

func TestChatHistoryDoesNotScrollForNewMessages(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, noRateLimit)
	owner := app.As("sam")
	room := app.Room(owner, "long")
	ids := sendLines(app, owner, room, 1, 40)
	maya := app.Open(app.As("maya"), apptest.RoomPath(room))
	maya.Until(scrollToTop).Want("[data-jump]").WantText("[data-jump]", "Jump to latest")
	before := top(maya, ids[2])

	sendLines(app, owner, room, 41, 42)
	maya.WantText("[data-jump]", "2 new messages").WantText("[data-unread]", "2 new")
	wantUnmoved(maya, ids[2], before)
	maya.Click("[data-jump]").Until(`document.querySelector("[data-log]").scrollTop === 0`).WantNo("[data-jump]").WantFocus("#compose")
}

func TestChatRoomOpensAtTheFirstUnread(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, noRateLimit)
	owner, reader := app.As("sam"), app.As("maya")
	room := app.Room(owner, "busy")
	sendLines(app, reader, room, 1, 1)
	sendLines(app, owner, room, 2, 130)
	maya := app.Open(reader, apptest.RoomPath(room))
	maya.WantText("[data-unread]", "99+ new").Want("[data-unread]").WantText(".message .body", "line 2.").WantNoText(".message .body", "line 130.")
	maya.WantText(fmt.Sprintf("#room-link-%d", room), "99+")

	maya.Click("[data-jump]")
	maya.WantMessage("line 130.").WantNoText(fmt.Sprintf("#room-link-%d", room), "unread")
}

func TestChatHistoryLoadsBelowWithoutGaps(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, noRateLimit)
	owner := app.As("sam")
	room := app.Room(owner, "deep")
	ids := sendLines(app, owner, room, 1, 160)
	maya := app.Open(app.As("maya"), fmt.Sprintf("%s?message=%d", apptest.RoomPath(room), ids[20]))
	maya.Want(".message.is-target").WantNoText(".message .body", "line 160.")
	sendLines(app, owner, room, 161, 161)

	down := `document.querySelector("[data-edge=newer]").hidden || void (document.querySelector("[data-log]").scrollTop = 0)`
	maya.Until(down)
	maya.WantMessage("line 161.").WantCount(".message", 161)
	numbers := `[...document.querySelectorAll(".message .body")].map(b => +b.innerText.match(/\d+/)[0])`
	maya.Until(numbers + `.every((n, i, all) => i === 0 || n === all[i - 1] + 1)`)
}

func TestChatPageKeepsAtMost300Messages(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, noRateLimit)
	owner := app.As("sam")
	room := app.Room(owner, "endless")
	sendLines(app, owner, room, 1, 350)
	maya := app.Open(app.As("maya"), apptest.RoomPath(room))
	maya.Until(scrollToTop + ` && document.querySelectorAll(".message").length === 300`).Until(`!document.querySelector("[data-edge=newer]").hidden`)
	sendLines(app, owner, room, 351, 351)
	maya.WantNoMessage("line 351.").Click("[data-jump]")
	maya.WantMessage("line 351.").WantCount(".message", 50)
}

func TestChatMessagesAreGroupedByUserAndDay(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	owner := app.As("sam")
	room := app.Room(owner, "days")
	ids := sendLines(app, owner, room, 1, 4)
	app.Exec(`update chat.messages set created_at = created_at - interval '2 days' where id = any($1)`, ids[:2])
	app.Exec(`update chat.messages set created_at = created_at - interval '6 minutes' where id = $1`, ids[2])
	sam := app.Open(owner, apptest.RoomPath(room))
	sam.WantCount(".divider.day", 2).WantText(".divider.day", "Today").WantCount(".message.is-grouped", 1)

	sendLines(app, app.As("maya"), room, 5, 5)
	sendLines(app, owner, room, 6, 7)
	sam.WantMessage("line 7.").WantCount(".divider.day", 2).WantCount(".message.is-grouped", 2)
	sam.Reload()
	sam.WantCount(".divider.day", 2).WantCount(".message.is-grouped", 2)
}
