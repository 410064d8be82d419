package app

import (
	"fmt"
	"testing"

	"hubbub/internal/testkit"
)

// sendLines sends the numbered messages "line 1." and so on, and returns their ids.
func (i *instance) sendLines(client *testkit.Client, room int64, from, to int) (ids []int64) {
	i.t.Helper()
	live := client.Connect("")
	defer live.Close()
	for n := from; n <= to; n++ {
		sent := live.Post("/api/chat/send", in{"roomId": room, "text": fmt.Sprintf("line %d.", n)}).Want(200)
		ids = append(ids, testkit.As[thing](sent).ID)
	}
	return ids
}

func noRateLimit(c *Config) { c.RequestRate = 0 }

// top returns the vertical position of a message in the viewport, in pixels.
func (p tab) top(id int64) float64 {
	return testkit.Eval[float64](p.Page, fmt.Sprintf(`document.getElementById("message-%d").getBoundingClientRect().top`, id))
}

// wantUnmoved waits until the message is at its former position, to the pixel.
func (p tab) wantUnmoved(id int64, before float64) {
	p.Until(fmt.Sprintf(`Math.abs(document.getElementById("message-%d").getBoundingClientRect().top - %f) < 1`, id, before))
}

const scrollToTop = `(document.querySelector("[data-log]").scrollTop = -1e6)`

func TestChatHistoryLoadsAboveWithoutScrolling(t *testing.T) {
	t.Parallel()
	app := startApp(t, noRateLimit)
	owner := app.as("sam")
	room := app.room(owner, "long")
	ids := app.sendLines(owner, room, 1, 120)
	maya := app.open(app.as("maya"), roomPath(room))
	maya.WantMessage("line 120.").WantCount(".message", 50).Until(`document.querySelector("[data-log]").scrollTop === 0`)

	oldest := ids[70]
	maya.Until(fmt.Sprintf(`(document.getElementById("message-%d").scrollIntoView(), true)`, oldest))
	before := maya.top(oldest)
	maya.WantCount(".message", 100)
	maya.wantUnmoved(oldest, before)
	maya.Until(scrollToTop).WantCount(".message", 120).Until(scrollToTop)
	maya.WantMessage("line 1.").Want(".beginning").WantNo("[data-edge]").WantCount(".divider.day", 1)
}

func TestChatHistoryDoesNotScrollForNewMessages(t *testing.T) {
	t.Parallel()
	app := startApp(t, noRateLimit)
	owner := app.as("sam")
	room := app.room(owner, "long")
	ids := app.sendLines(owner, room, 1, 40)
	maya := app.open(app.as("maya"), roomPath(room))
	maya.Until(scrollToTop).Want("[data-jump]").WantText("[data-jump]", "Jump to latest")
	before := maya.top(ids[2])

	app.sendLines(owner, room, 41, 42)
	maya.WantText("[data-jump]", "2 new messages").WantText("[data-unread]", "2 new")
	maya.wantUnmoved(ids[2], before)
	maya.Click("[data-jump]").Until(`document.querySelector("[data-log]").scrollTop === 0`).WantNo("[data-jump]").WantFocus("#compose")
}

func TestChatRoomOpensAtTheFirstUnread(t *testing.T) {
	t.Parallel()
	app := startApp(t, noRateLimit)
	owner, reader := app.as("sam"), app.as("maya")
	room := app.room(owner, "busy")
	app.sendLines(reader, room, 1, 1)
	app.sendLines(owner, room, 2, 130)
	maya := app.open(reader, roomPath(room))
	maya.WantText("[data-unread]", "99+ new").Want("[data-unread]").WantText(".message .body", "line 2.").WantNoText(".message .body", "line 130.")
	maya.WantText(fmt.Sprintf("#room-link-%d", room), "99+")

	maya.Click("[data-jump]")
	maya.WantMessage("line 130.").WantNoText(fmt.Sprintf("#room-link-%d", room), "unread")
}

func TestChatHistoryLoadsBelowWithoutGaps(t *testing.T) {
	t.Parallel()
	app := startApp(t, noRateLimit)
	owner := app.as("sam")
	room := app.room(owner, "deep")
	ids := app.sendLines(owner, room, 1, 160)
	maya := app.open(app.as("maya"), fmt.Sprintf("%s?message=%d", roomPath(room), ids[20]))
	maya.Want(".message.is-target").WantNoText(".message .body", "line 160.")
	app.sendLines(owner, room, 161, 161)

	down := `document.querySelector("[data-edge=newer]").hidden || void (document.querySelector("[data-log]").scrollTop = 0)`
	maya.Until(down)
	maya.WantMessage("line 161.").WantCount(".message", 161)
	numbers := `[...document.querySelectorAll(".message .body")].map(b => +b.innerText.match(/\d+/)[0])`
	maya.Until(numbers + `.every((n, i, all) => i === 0 || n === all[i - 1] + 1)`)
}

func TestChatPageKeepsAtMost300Messages(t *testing.T) {
	t.Parallel()
	app := startApp(t, noRateLimit)
	owner := app.as("sam")
	room := app.room(owner, "endless")
	app.sendLines(owner, room, 1, 350)
	maya := app.open(app.as("maya"), roomPath(room))
	maya.Until(scrollToTop + ` && document.querySelectorAll(".message").length === 300`).Until(`!document.querySelector("[data-edge=newer]").hidden`)
	app.sendLines(owner, room, 351, 351)
	maya.WantNoMessage("line 351.").Click("[data-jump]")
	maya.WantMessage("line 351.").WantCount(".message", 50)
}

func TestChatMessagesAreGroupedByUserAndDay(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	owner := app.as("sam")
	room := app.room(owner, "days")
	ids := app.sendLines(owner, room, 1, 4)
	app.exec(`update chat.messages set created_at = created_at - interval '2 days' where id = any($1)`, ids[:2])
	app.exec(`update chat.messages set created_at = created_at - interval '6 minutes' where id = $1`, ids[2])
	sam := app.open(owner, roomPath(room))
	sam.WantCount(".divider.day", 2).WantText(".divider.day", "Today").WantCount(".message.is-grouped", 1)

	app.sendLines(app.as("maya"), room, 5, 5)
	app.sendLines(owner, room, 6, 7)
	sam.WantMessage("line 7.").WantCount(".divider.day", 2).WantCount(".message.is-grouped", 2)
	sam.Reload()
	sam.WantCount(".divider.day", 2).WantCount(".message.is-grouped", 2)
}
