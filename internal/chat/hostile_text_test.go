package chat_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

func TestHostileCodeInAMessageIsRenderedInTime(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.As("sam")
	socket := sam.Connect("")
	for _, language := range []string{"jsonata", "jungle", "c"} {
		text := "```" + language + "\né\n" + strings.Repeat("\n", 1900) + "\n```"
		testkit.Within(t, time.Minute, language, func() {
			sent := testkit.As[apptest.Fields](sam.Post("/api/chat/send", in{"roomId": 1, "text": text}).Want(http.StatusOK))
			sam.Do(http.MethodPatch, fmt.Sprint("/api/chat/messages/", sent.ID), in{"text": text + " "}).Want(http.StatusOK)
			socket.Post("/api/chat/send", in{"roomId": 1, "text": text}).Want(http.StatusOK)
		})
	}
}

func TestHostileMentionsBeyondTwentyNotifyNoUser(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.As("sam")
	app.Exec(`
		insert into account.users (full_name, handle, email)
		select 'Crowd ' || n, 'crowd' || n, n || '@crowd.example' from generate_series(1, 30) n`)
	var text strings.Builder
	for n := range 30 {
		fmt.Fprintf(&text, "@crowd%d ", n+1)
	}
	sent := testkit.As[apptest.Fields](sam.Post("/api/chat/send", in{"roomId": 1, "text": text.String()}).Want(http.StatusOK))
	html := apptest.Find[string](app, `select html from chat.messages where id = $1`, sent.ID)
	if strings.Count(html, `class="mention"`) != 30 {
		t.Errorf("the message is shown as %s", html)
	}
	if n := apptest.Find[int](app, `select cardinality(mentions) from chat.messages where id = $1`, sent.ID); n != 20 {
		t.Errorf("%d users are mentioned", n)
	}
}

func TestHostileRoomOfTooManyMembersIsRefused(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	ids := make([]int64, 1001)
	for i := range ids {
		ids[i] = 1
	}
	refused := app.As("sam").Post("/api/rooms", in{"name": "crowd", "kind": "private", "memberIds": ids})
	refused.Want(http.StatusUnprocessableEntity).WantBody("memberIds")
}
