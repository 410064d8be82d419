package main

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"hubbub/internal/presence"
	"hubbub/internal/testkit"
)

// brisk is presence about twenty times as fast as usual.
func brisk(c *Config) {
	c.Presence = presence.Timing{Grace: 250 * time.Millisecond, Beat: 100 * time.Millisecond, TTL: 600 * time.Millisecond, Pace: 10 * time.Millisecond}
}

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

// watch subscribes somebody to presence on a connection of their own.
func watch(who *testkit.Client) (*testkit.Socket, []person) {
	s := who.Connect("")
	return s, testkit.As[[]person](s.Get("/api/presence/subscribe", nil).Want(200))
}

// presenceOf is how somebody sees another.
func (i *instance) presenceOf(viewer *testkit.Client, id int64) presence.State {
	i.t.Helper()
	return testkit.As[map[int64]presence.State](viewer.Get(fmt.Sprint("/api/presence?ids=", id)).Want(200))[id]
}

func (i *instance) sees(viewer *testkit.Client, id int64, status presence.Status) {
	i.t.Helper()
	testkit.Eventually(i.t, fmt.Sprintf("%d is %s", id, status), 5*time.Second, func() bool {
		return i.presenceOf(viewer, id).Status == status
	})
}

func TestPeopleComeAndGo(t *testing.T) {
	app := startApp(t, brisk)
	sam, maya := app.as("sam"), app.as("maya")
	samID, mayaID := app.id(sam), app.id(maya)
	hers, here := watch(sam)
	if len(here) != 1 || here[0].ID != samID || !here[0].IsOnline || here[0].FullName != "Sam Rivera" {
		t.Errorf("online are %+v", here)
	}
	one := maya.Connect("")
	came := exactly[arrival](t, string(hers.WantEvent("userOnline").Data))
	if came.UserID != mayaID || came.User.FullName != "Maya Okafor" || !came.User.IsOnline || time.Since(time.UnixMilli(came.Timestamp)) > time.Minute {
		t.Errorf("came %+v", came)
	}
	if is := exactly[update](t, string(hers.WantEvent("presenceUpdated").Data)); is.UserID != mayaID || is.Status != "online" {
		t.Errorf("is %+v", is)
	}
	two := maya.Connect("")
	one.Close()
	app.sees(sam, mayaID, presence.Online)
	before := time.Now()
	two.Close()
	went := exactly[arrival](t, string(hers.WantEvent("userOffline").Data))
	if took := time.Since(before); took < 200*time.Millisecond {
		t.Errorf("offline after %v, before the grace", took)
	}
	is := exactly[update](t, string(hers.WantEvent("presenceUpdated").Data))
	if went.UserID != mayaID || went.User.IsOnline || is.Status != "offline" || is.LastSeenAt == nil || is.LastSeen == nil || *went.User.LastSeenAt != *is.LastSeenAt {
		t.Errorf("went %+v, is %+v", went, is)
	}
	if s := app.presenceOf(sam, mayaID); s.Status != "offline" || *s.LastSeen != *is.LastSeen {
		t.Errorf("is %+v", s)
	}
}

func TestASecondTabAndAReloadAreNotTold(t *testing.T) {
	app := startApp(t, brisk)
	sam, maya := app.as("sam"), app.as("maya")
	hers, _ := watch(sam)
	tab := maya.Connect("")
	hers.WantEvent("presenceUpdated")
	for range 3 {
		next := maya.Connect("")
		tab.Close()
		tab = next
	}
	tab.Close()
	tab = maya.Connect("") // a reload
	theo := app.as("theo").Connect("")
	if came := testkit.DataOf[arrival](t, hers.WantEvent("userOnline")); came.User.Handle != "theo" {
		t.Errorf("told of %+v", came)
	}
	theo.Close()
	hers.WantEvent("userOffline") // later than Maya's would have come
	for _, e := range hers.Events() {
		if strings.HasPrefix(e.Name, "user") {
			t.Errorf("got %s %s", e.Name, e.Data)
		}
	}
}

func TestAnonymousPeopleAndPlainRequestsDoNotWatch(t *testing.T) {
	app := startApp(t, brisk)
	sam := app.as("sam")
	wantProblem(t, app.anybody().Get("/api/presence/subscribe"), 400)
	wantProblem(t, sam.Get("/api/presence/subscribe"), 400)
	wantProblem(t, app.anybody().Connect("").Get("/api/presence/subscribe", nil), 401)
	wantProblem(t, app.anybody().Get("/api/presence?ids=1"), 401)
	wantProblem(t, app.anybody().Post("/api/presence/status", in{"status": "busy"}), 401)
	wantProblem(t, sam.Get("/api/presence"), 422)
	wantProblem(t, sam.Get("/api/presence?ids="+strings.Repeat("1,", 501)), 422)
	wantProblem(t, sam.Post("/api/presence/status", in{"status": "offline"}), 422)
	wantProblem(t, sam.Post("/api/presence/status", in{"text": strings.Repeat("x", 81)}), 422)
	wantProblem(t, sam.Post("/api/presence/status", in{}), 422)
	wantProblem(t, sam.Post("/api/presence/status", in{"idle": true}), 400)
	if seen := testkit.As[map[int64]presence.State](sam.Get("/api/presence?ids="+url.QueryEscape(fmt.Sprint(app.id(sam), ",999999"))).Want(200)); len(seen) != 1 {
		t.Errorf("seen are %v", seen)
	}
}
