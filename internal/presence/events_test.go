package presence_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/presence"
	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

type arrival struct {
	UserID    int64  `json:"userId"`
	Timestamp int64  `json:"timestamp"`
	User      person `json:"user"`
}

type person struct {
	ID         int64   `json:"id"`
	FullName   string  `json:"fullName"`
	Handle     string  `json:"handle"`
	AvatarURL  *string `json:"avatarUrl"`
	IsOnline   bool    `json:"isOnline"`
	LastSeenAt *string `json:"lastSeenAt"`
}

type update struct {
	UserID     int64   `json:"userId"`
	Status     string  `json:"status"`
	Text       string  `json:"text"`
	LastSeenAt *string `json:"lastSeenAt"`
	LastSeen   *int64  `json:"lastSeen"`
}

// subscribePresence subscribes to presence on a new connection, and returns the users that
// are online.
func subscribePresence(client *testkit.Client) (*testkit.Socket, []person) {
	s := client.Connect("")
	return s, testkit.As[[]person](s.Get("/api/presence/subscribe", nil).Want(200))
}

// nextUpdate waits for the next presenceUpdated about the user, and skips those about
// others.
func nextUpdate(app *apptest.App, s *testkit.Socket, of *testkit.Client) update {
	app.T.Helper()
	for id := app.ID(of); ; {
		if is := testkit.DataOf[update](app.T, s.WantEvent("presenceUpdated")); is.UserID == id {
			return is
		}
	}
}

// wantNoUpdate fails the test if a presenceUpdated about the user has arrived.
func wantNoUpdate(app *apptest.App, s *testkit.Socket, of *testkit.Client) {
	app.T.Helper()
	id := app.ID(of)
	for _, e := range s.Events() {
		if e.Name == "presenceUpdated" && testkit.DataOf[update](app.T, e).UserID == id {
			app.T.Errorf("got %s", e.Data)
		}
	}
}

// presenceSeenBy returns a user's presence as the viewer sees it.
func presenceSeenBy(app *apptest.App, viewer *testkit.Client, id int64) presence.State {
	app.T.Helper()
	return testkit.As[map[int64]presence.State](viewer.Get(fmt.Sprint("/api/presence?ids=", id)).Want(200))[id]
}

func wantPresence(app *apptest.App, viewer *testkit.Client, id int64, status presence.Status) {
	app.T.Helper()
	testkit.Eventually(app.T, fmt.Sprintf("%d is %s", id, status), testkit.Timeout, func() bool {
		return presenceSeenBy(app, viewer, id).Status == status
	})
}

func TestPresenceEventsOfArrivalAndDeparture(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.FastPresence)
	sam, maya := app.As("sam"), app.As("maya")
	samID, mayaID := app.ID(sam), app.ID(maya)
	samSocket, here := subscribePresence(sam)
	if len(here) != 1 || here[0].ID != samID || !here[0].IsOnline || here[0].FullName != "Sam Rivera" {
		t.Errorf("the users online are %+v", here)
	}
	one := maya.Connect("")
	came := apptest.DecodeExactly[arrival](t, string(samSocket.WantEvent("userOnline").Data))
	if came.UserID != mayaID || came.User.FullName != "Maya Okafor" || !came.User.IsOnline || time.Since(time.UnixMilli(came.Timestamp)) > time.Minute {
		t.Errorf("userOnline is %+v", came)
	}
	if is := apptest.DecodeExactly[update](t, string(samSocket.WantEvent("presenceUpdated").Data)); is.UserID != mayaID || is.Status != "online" {
		t.Errorf("the presence is %+v", is)
	}
	two := maya.Connect("")
	one.Close()
	wantPresence(app, sam, mayaID, presence.Online)
	before := time.Now()
	two.Close()
	went := apptest.DecodeExactly[arrival](t, string(samSocket.WantEvent("userOffline").Data))
	if took := time.Since(before); took < 200*time.Millisecond {
		t.Errorf("offline after %v, before the grace period ended", took)
	}
	is := apptest.DecodeExactly[update](t, string(samSocket.WantEvent("presenceUpdated").Data))
	if went.UserID != mayaID || went.User.IsOnline || is.Status != "offline" || is.LastSeenAt == nil || is.LastSeen == nil || *went.User.LastSeenAt != *is.LastSeenAt {
		t.Errorf("userOffline is %+v, the presence is %+v", went, is)
	}
	if s := presenceSeenBy(app, sam, mayaID); s.Status != "offline" || *s.LastSeen != *is.LastSeen {
		t.Errorf("the presence is %+v", s)
	}
}

func TestPresenceSecondTabAndReloadSendNoEvents(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.FastPresence, func(c *apptest.Config) { c.Presence.Grace = 2 * time.Second }) // long enough to reconnect in
	sam, maya := app.As("sam"), app.As("maya")
	samSocket, _ := subscribePresence(sam)
	mayaSocket := maya.Connect("")
	nextUpdate(app, samSocket, maya)
	for range 3 {
		next := maya.Connect("")
		mayaSocket.Close()
		mayaSocket = next
	}
	mayaSocket.Close()
	maya.Connect("") // a reload
	theo := app.As("theo").Connect("")
	if came := testkit.DataOf[arrival](t, samSocket.WantEvent("userOnline")); came.User.Handle != "theo" {
		t.Errorf("userOnline is %+v", came)
	}
	theo.Close()
	samSocket.WantEvent("userOffline") // later than an event about Maya would have come
	for _, e := range samSocket.Events() {
		if strings.HasPrefix(e.Name, "user") {
			t.Errorf("got %s %s", e.Name, e.Data)
		}
	}
}

func TestPresenceRefusesInvalidRequests(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.FastPresence)
	sam := app.As("sam")
	apptest.WantProblem(t, app.Anonymous().Get("/api/presence/subscribe"), 400)
	apptest.WantProblem(t, sam.Get("/api/presence/subscribe"), 400)
	apptest.WantProblem(t, app.Anonymous().Connect("").Get("/api/presence/subscribe", nil), 401)
	apptest.WantProblem(t, app.Anonymous().Get("/api/presence?ids=1"), 401)
	apptest.WantProblem(t, app.Anonymous().Post("/api/presence/status", in{"status": "busy"}), 401)
	apptest.WantProblem(t, sam.Get("/api/presence"), 422)
	apptest.WantProblem(t, sam.Get("/api/presence?ids="+strings.Repeat("1,", 501)), 422)
	apptest.WantProblem(t, sam.Post("/api/presence/status", in{"status": "offline"}), 422)
	apptest.WantProblem(t, sam.Post("/api/presence/status", in{"text": strings.Repeat("x", 81)}), 422)
	apptest.WantProblem(t, sam.Post("/api/presence/status", in{}), 422)
	apptest.WantProblem(t, sam.Post("/api/presence/status", in{"idle": true}), 400)
	if seen := testkit.As[map[int64]presence.State](sam.Get("/api/presence?ids=" + url.QueryEscape(fmt.Sprint(app.ID(sam), ",999999"))).Want(200)); len(seen) != 1 {
		t.Errorf("the answer is %v", seen)
	}
}

func TestPresenceInvisibleUserIsOfflineToOthers(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.FastPresence)
	sam, maya := app.As("sam"), app.As("maya")
	mayaID := app.ID(maya)
	room := app.Room(sam, "hidden")
	samSocket, _ := subscribePresence(sam)
	samSocket.Get("/api/chat/join", in{"roomId": room}).Want(200)
	mayaSocket, _ := subscribePresence(maya)
	other, _ := subscribePresence(maya)
	nextUpdate(app, samSocket, maya)
	mayaSocket.Post("/api/presence/status", in{"status": "invisible", "text": "thinking"}).Want(200).WantBody(`"status":"invisible","text":"thinking"`)
	samSocket.WantEvent("userOffline")
	if is := nextUpdate(app, samSocket, maya); is.Status != "offline" || is.Text != "" || is.LastSeenAt == nil {
		t.Errorf("others see her as %+v", is)
	}
	if is := nextUpdate(app, other, maya); is.Status != "invisible" || is.Text != "thinking" {
		t.Errorf("she sees herself as %+v", is)
	}
	seen := presenceSeenBy(app, sam, mayaID)
	if own := presenceSeenBy(app, maya, mayaID); own.Status != "invisible" || seen.Status != "offline" || seen.Text != "" {
		t.Errorf("she sees %+v, others see %+v", own, seen)
	}
	mayaSocket.Post("/api/chat/send", in{"roomId": room, "text": "boo"}).Want(200)
	if e := samSocket.WantEvent("newMessage"); !strings.Contains(string(e.Data), `"handle":"maya","avatarUrl":null,"isOnline":false`) {
		t.Errorf("her message reveals her: %s", e.Data)
	}
	for _, path := range []string{"/api/users?query=maya", fmt.Sprint("/api/rooms/", room, "/members")} {
		if body := sam.Get(path).Want(200).Body; strings.Count(body, `"handle":"maya"`) != strings.Count(body, `"handle":"maya","avatarUrl":null,"isOnline":false`) {
			t.Errorf("%s reveals her: %s", path, body)
		}
	}
	if online := testkit.As[[]person](samSocket.Get("/api/presence/subscribe", nil)); len(online) != 1 {
		t.Errorf("the users online are %+v", online)
	}
	mayaSocket.Close()
	other.Close()
	again := maya.Connect("")
	again.Get("/api/me", nil).Want(200).WantBody(`"isOnline":false`)
	again.Close()
	testkit.Eventually(t, "her lease is released", testkit.Timeout, func() bool {
		return apptest.Find[int64](app, `select count(*) from presence.leases where user_id = $1`, mayaID) == 0
	})
	if now := presenceSeenBy(app, sam, mayaID); *now.LastSeen != *seen.LastSeen {
		t.Errorf("last seen at %v, then at %v", *seen.LastSeen, *now.LastSeen)
	}
	samSocket.WantNo("userOnline")
	maya.Connect("").Post("/api/presence/status", in{"status": "online"}).Want(200).WantBody(`"isOnline":true`)
	samSocket.WantEvent("userOnline")
	nextUpdate(app, samSocket, maya)
}

func TestPresenceStatusIsKeptAndChangesAreSent(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.FastPresence)
	sam, maya := app.As("sam"), app.As("maya")
	samSocket, _ := subscribePresence(sam)
	maya.Post("/api/presence/status", in{"status": "busy", "text": "  lunch until 2 "}).Want(200).WantBody(`"status":"busy","text":"lunch until 2"`)
	wantNoUpdate(app, samSocket, maya) // she is offline
	mayaSocket := maya.Connect("")
	samSocket.WantEvent("userOnline")
	if is := nextUpdate(app, samSocket, maya); is.Status != "busy" || is.Text != "lunch until 2" || is.LastSeenAt != nil {
		t.Errorf("the presence is %+v", is)
	}
	maya.Post("/api/presence/status", in{"text": ""}).Want(200)
	if is := nextUpdate(app, samSocket, maya); is.Status != "busy" || is.Text != "" {
		t.Errorf("the presence is %+v", is)
	}
	mayaSocket.Post("/api/presence/status", in{"status": "away"}).Want(200).WantBody(`"isOnline":true`)
	if is := nextUpdate(app, samSocket, maya); is.Status != "away" {
		t.Errorf("the presence is %+v", is)
	}
	samSocket.WantNo("userOffline")
}

func TestPresenceAutomaticAwayKeepsTheChosenStatus(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.FastPresence)
	sam, maya := app.As("sam"), app.As("maya")
	samSocket, _ := subscribePresence(sam)
	one, two := maya.Connect(""), maya.Connect("")
	nextUpdate(app, samSocket, maya)
	one.Post("/api/presence/status", in{"idle": true}).Want(200).WantBody(`"status":"online"`)
	two.Post("/api/presence/status", in{"idle": true}).Want(200).WantBody(`"status":"away"`)
	if is := nextUpdate(app, samSocket, maya); is.Status != "away" {
		t.Errorf("the presence is %+v", is)
	}
	if chosen := apptest.Find[int64](app, `select count(*) from presence.people`); chosen != 0 {
		t.Errorf("%d choices are stored", chosen)
	}
	one.Post("/api/presence/status", in{"idle": false}).Want(200).WantBody(`"status":"online"`)
	if is := nextUpdate(app, samSocket, maya); is.Status != "online" {
		t.Errorf("the presence is %+v", is)
	}
}

func TestPresenceRecoversWithTheDatabase(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.FastPresence)
	sam, maya, theo := app.As("sam"), app.As("maya"), app.As("theo")
	samSocket, _ := subscribePresence(sam)
	mayaSocket := maya.Connect("")
	nextUpdate(app, samSocket, maya)
	app.CutDatabase()
	mayaSocket.Close()
	testkit.Eventually(t, "the database is reached again", testkit.Timeout, func() bool { return theo.Get("/api/me").Status == 200 })
	theo.Connect("")
	testkit.Eventually(t, "Theo is online and Maya offline", testkit.Timeout, func() bool {
		return len(testkit.As[[]person](samSocket.Get("/api/presence/subscribe", nil))) == 2
	})
	samSocket.WantEvent("userOffline")
	app.Exec(`truncate presence.leases, presence.nodes`) // as after a crash of the database
	testkit.Eventually(t, "the leases are written again", testkit.Timeout, func() bool {
		return apptest.Find[int64](app, `select count(*) from presence.leases`) == 2
	})
	samSocket.WantNo("userOffline")
}

func TestPresenceExplanation(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, apptest.FastPresence)
	sam, maya := app.As("sam"), app.As("maya")
	mayaSocket := maya.Connect("")
	mayaSocket.Post("/api/presence/status", in{"idle": true}).Want(200)
	explain := func(viewer *testkit.Client, role account.Role) presence.Explanation {
		e, err := app.Presence().Explain(t.Context(), account.User{ID: app.ID(viewer), Role: role}, app.ID(maya))
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	testkit.Eventually(t, "her lease is stored", testkit.Timeout, func() bool {
		e := explain(sam, account.Admin)
		return len(e.Leases) == 1 && e.Leases[0].Idle
	})
	e := explain(maya, account.Member)
	if !e.Whole || e.Presence.Status != "away" || e.Chosen != "online" || len(e.Tabs) != 1 || !e.Tabs[0].Idle || e.OfflineIn != nil || !e.Leases[0].Here || e.Leases[0].Node == "" || e.Leases[0].HeartbeatAge > time.Minute {
		t.Errorf("the explanation for herself is %+v", e)
	}
	if e := explain(app.As("theo"), account.Member); e.Whole || e.Leases != nil || e.Tabs != nil || e.Presence.Status != "away" {
		t.Errorf("the explanation for others is %+v", e)
	}
	mayaSocket.Close()
	testkit.Eventually(t, "the countdown to offline", testkit.Timeout, func() bool { return explain(maya, account.Member).OfflineIn != nil })
}
