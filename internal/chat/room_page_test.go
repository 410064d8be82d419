package chat_test

import (
	"fmt"
	"net/http"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/browser"
)

// openRoomForTwo opens a new room for Sam, who owns it, and for Maya.
func openRoomForTwo(t *testing.T) (app *apptest.App, room int64, sam, maya apptest.Tab) {
	app = apptest.Start(t)
	owner := app.As("sam")
	room = app.Room(owner, "talk")
	return app, room, app.Open(owner, apptest.RoomPath(room)), app.Open(app.As("maya"), apptest.RoomPath(room))
}

func TestChatMessageReachesOtherMembers(t *testing.T) {
	t.Parallel()
	_, _, sam, maya := openRoomForTwo(t)
	sam.Want(`.room-here [title^="Maya Okafor"]`)
	maya.Want(`.room-here [title^="Sam Rivera"]`)

	sam.Type("#compose", "hello **Maya**")
	maya.WantText("[data-typing-names]", "Sam is typing…")
	sam.Press("Enter").WantFocus("#compose").WantValue("#compose", "")
	sam.WantMessage("hello Maya").Want(".message .you")
	maya.WantMessage("hello Maya").WantNoText("[data-typing-names]", "typing").WantText(".message strong", "Maya")
	maya.WantNo(".message .you").WantText("[data-announce=polite]", "Sam Rivera: hello **Maya**")
	sam.WantCount(".message[data-delivery]", 0).WantCount(".message", 1)

	maya.Visit("/people")
	sam.WantNo(".room-here .avatar")
}

func TestChatTypingStopsByItself(t *testing.T) {
	t.Parallel()
	_, _, sam, maya := openRoomForTwo(t)
	sam.Type("#compose", "hm")
	maya.WantText("[data-typing-names]", "Sam is typing…").WantNoText("[data-typing-names]", "typing")
}

func TestChatEditAndDeletionReachOtherMembers(t *testing.T) {
	t.Parallel()
	_, _, sam, maya := openRoomForTwo(t)
	sam.Send("the _first_ words").WantMessage("the first words")
	sam.Press("ArrowUp").WantFocus(".message").Press("e").WantValue(".editor textarea", "the _first_ words")
	sam.Type(".editor textarea", ", mended").Press("Enter").WantFocus("#compose")
	maya.WantMessage("the first words, mended").Want(".message .edited")
	sam.WantCount(".message", 1).Want(".message .you")

	sam.UseTool("[data-do=delete]").WantText("#delete-message", "the first words, mended")
	sam.Click("#delete-message [value=delete]").WantCount(".message", 0).WantFocus("#compose")
	maya.WantCount(".message", 0)
}

func TestChatEditIsForTheAuthorOnly(t *testing.T) {
	t.Parallel()
	_, _, sam, maya := openRoomForTwo(t)
	sam.Send("mine").WantMessage("mine")
	maya.WantMessage("mine").Type("#compose", "").Press("ArrowUp").WantFocus(".message")
	maya.Want(".message [data-do=reply]").WantNo(".message [data-do=edit]").WantNo(".message [data-do=delete]")
	maya.Press("e").WantNo(".editor").Press("Escape").WantFocus("#compose")
}

func TestChatReactionHasACountAndAPressedState(t *testing.T) {
	t.Parallel()
	_, _, sam, maya := openRoomForTwo(t)
	sam.Send("shipped").WantMessage("shipped")
	maya.WantMessage("shipped").UseTool("[data-emoji]").Type("#emoji input", "rocket").Press("Enter")
	maya.Want(`.reaction[data-react="🚀"][aria-pressed=true]`)
	sam.Want(`.reaction[data-react="🚀"][aria-pressed=false]`).Click(".reaction").Want(".reaction[aria-pressed=true]")
	maya.WantText(".reaction", "2").Want(`.reaction[title="you and Sam Rivera"]`).Click(".reaction").Want(".reaction[aria-pressed=false]").WantText(".reaction", "1")
	sam.WantText(".reaction", "1").Click(".reaction").WantNo(".reaction")
	maya.WantNo(".reaction")
}

func TestChatMentionIsCompletedAndHighlighted(t *testing.T) {
	t.Parallel()
	_, _, sam, maya := openRoomForTwo(t)
	sam.Type("#compose", "look, @may").Want("#mentions [aria-selected=true]").WantText("#mentions", "Maya Okafor")
	sam.Press("Enter").WantValue("#compose", "look, @maya ").WantNo("#mentions").Press("Enter")
	maya.Want(".message.is-mention .mention.me")
	sam.WantMessage("look, @maya").Want(".message .mention").WantNo(".message.is-mention")

	sam.Type("#compose", "@th").Want("#mentions [role=option]").Press("Escape").WantNo("#mentions").WantValue("#compose", "@th")
}

func TestChatReplyQuotesTheMessage(t *testing.T) {
	t.Parallel()
	_, _, sam, maya := openRoomForTwo(t)
	sam.Send("lunch at one?").WantMessage("lunch at one?")
	maya.WantMessage("lunch").UseTool("[data-do=reply]").WantFocus("#compose").WantText("[data-reply]", "Replying to Sam Rivera lunch at one?")
	maya.Send("gladly").WantNo("[data-reply]")
	sam.WantText(".message .quote", "lunch at one?").Click(".quote").WantFocus(".message.is-target")

	sam.UseTool("[data-do=reply]").Press("Escape").WantNo("[data-reply]")
	sam.Press("ArrowUp").Press("ArrowUp").Click(".message:focus [data-do=delete]").Click("#delete-message [value=delete]")
	maya.WantText(".message .quote", "deleted message")
}

func TestChatUnreadCountsAgreeAcrossTabs(t *testing.T) {
	t.Parallel()
	app, room, sam, maya := openRoomForTwo(t)
	maya.Send("I am a member now").WantMessage("a member now")
	reading := maya.OpenTab("/people")
	maya.Visit("/rooms")
	link := fmt.Sprintf("#room-link-%d", room)

	sam.Send("one").Send("two").Send("@maya, this is for you").WantMessage("for you")
	for _, p := range []apptest.Tab{maya, reading} {
		p.WantText(link, "3 unread, for you").Until(`document.title.startsWith("(")`)
	}
	deleted := testkit.As[apptest.Fields](app.As("sam").Post("/api/chat/send", in{"roomId": room, "text": "four"}).Want(http.StatusOK))
	maya.WantText(link, "4 unread, for you")
	app.As("sam").Do(http.MethodDelete, fmt.Sprint("/api/chat/messages/", deleted.ID), nil).Want(http.StatusNoContent)
	maya.WantText(link, "3 unread, for you")
	reading.Visit(apptest.RoomPath(room)).WantText("[data-unread]", "3 new")
	reading.WantNoText(link, "unread")
	maya.WantNoText(link, "unread")
	if unread := unreadIn(app, "maya", room); unread != 0 {
		t.Errorf("%d are unread in the database", unread)
	}
}

func unreadIn(app *apptest.App, handle string, room int64) int {
	for _, r := range testkit.As[[]apptest.Fields](app.As(handle).Get("/api/rooms").Want(http.StatusOK)) {
		if r.ID == room {
			return r.Unread
		}
	}
	return -1
}

func TestChatRoomChangesReachOpenPages(t *testing.T) {
	t.Parallel()
	app, room, sam, maya := openRoomForTwo(t)
	maya.Send("hello").WantMessage("hello")
	sam.Visit(apptest.RoomPath(room)+"/settings").Clear("#name").Type("#name", "chatter").Press("Enter")
	maya.WantText(".room-head h1", "chatter").WantText("#sidebar", "chatter")
	sam.WaitUntilLive().ClickText("button", "Archive")
	maya.WantText(".room-note", "This room is archived").WantNo("#compose").WantText(".message .body", "hello")
	sam.WaitUntilLive().ClickText("button", "Unarchive")
	maya.Want("#compose")
	maya.WaitUntilLive()
	app.As("sam").Do(http.MethodDelete, fmt.Sprintf("/api/rooms/%d/members/%d", room, app.ID(app.As("maya"))), nil).Want(http.StatusNoContent)
	maya.WantText("#main", "You’re no longer in #chatter").WantNoText("#sidebar", "chatter")
	maya.ClickText("#main a", "Browse rooms").WantPath("/rooms")
}

func TestChatPrivateRoomIsCreatedAndAMemberInvited(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam, maya := app.Open(app.As("sam"), "/rooms"), app.Open(app.As("maya"), "/rooms")
	sam.Type("#name", "secret").Click("[value=private]").ClickText("button", "Create room")
	sam.WantText(".room-head h1", "secret").WantText(".beginning", "No messages yet").WantNoText(".beginning", "the start of")
	maya.WantNoText("#main", "secret")
	sam.WaitUntilLive().Click(".room-head a").Want("#invite")
	sam.Until(`(invite.value = [...invite.options].find(o => o.text.startsWith("Maya")).value)`).ClickText("button", "Invite")
	maya.ClickText("#sidebar a", "secret").WantText(".room-head h1", "secret")
	maya.WaitUntilLive().Send("here I am")
	sam.WantText("#sidebar [data-room]", "1 unread")
}

func TestChatRoomsOpenByAltAndArrow(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.Open(app.As("sam"), "/rooms")
	rooms := browser.Eval[[]string](sam.Page, `[...document.querySelectorAll("#sidebar [data-room]")].map(a => a.pathname)`)
	sam.Press("Alt+ArrowDown").WantPath(rooms[0])
	sam.WaitUntilLive().Press("Alt+ArrowDown").WantPath(rooms[1])
	sam.WaitUntilLive().Press("Alt+ArrowUp").WantPath(rooms[0])
}
