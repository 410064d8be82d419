package account

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hubbub/internal/testkit"
)

func itoa(id int64) string { return strconv.FormatInt(id, 10) }

func TestIdentifyFindsTheCallerByTokenTicketOrCookie(t *testing.T) {
	a := newApp(t)
	cookies := a.signedUp("Cookie")
	tokens := a.signedUp("Token")
	token := read[tokenAnswer](tokens.post("/api/tokens", `{"name":"bot"}`))
	tickets := a.signedUp("Ticket")
	cookie, ticketKey := cookies.get("/whoami").body, tickets.get("/whoami").body
	tokenKey := tokenKey(token.ID)

	const bad, none = "bad", ""
	const good = "good"
	for _, is := range []struct {
		path                  string
		token, ticket, cookie string
		want                  string // a key; "401"
	}{
		{"/socket", none, none, none, ""},
		{"/socket", none, none, good, cookie},
		{"/socket", none, none, bad, ""},
		{"/socket", none, good, none, ticketKey},
		{"/socket", none, good, good, ticketKey},
		{"/socket", none, good, bad, ticketKey},
		{"/socket", none, bad, good, "401"},
		{"/socket", good, none, good, tokenKey},
		{"/socket", good, good, good, tokenKey},
		{"/socket", good, bad, good, "401"},
		{"/socket", bad, good, good, "401"},
		{"/socket", bad, none, good, "401"},
		{"/api/whoami", good, none, good, tokenKey},
		{"/api/whoami", bad, none, good, "401"},
		{"/api/whoami", none, none, bad, ""},
		{"/api/whoami", none, good, none, ""},
		{"/api/whoami", none, bad, good, cookie},
	} {
		b := a.browser()
		path := is.path
		switch is.ticket {
		case good:
			path += "?ticket=" + read[ticketAnswer](tickets.post("/api/tickets", "")).Ticket
		case bad:
			path += "?ticket=stolen"
		}
		switch is.token {
		case good:
			b.header.Set("Authorization", "bearer "+token.Token)
		case bad:
			b.header.Set("Authorization", "Bearer guessed")
		}
		switch is.cookie {
		case good:
			b.setCookie(cookies.cookie())
		case bad:
			b.setCookie("ten-years-old")
		}
		answer := b.get(path)
		if is.want == "401" {
			answer.want(http.StatusUnauthorized)
		} else if answer.want(200); answer.body != is.want {
			t.Errorf("%+v: the caller is %q", is, answer.body)
		}
	}
}

func TestTicketIsNotUsedUpByARequestWithABadToken(t *testing.T) {
	a := newApp(t)
	ticket := read[ticketAnswer](a.signedUp("Alice").post("/api/tickets", "")).Ticket
	a.program("guessed").get("/socket?ticket=" + ticket).want(401)
	a.browser().get("/socket?ticket=" + ticket).want(200)
}

func TestIdentifyIgnoresOtherAuthorizationSchemes(t *testing.T) {
	a := newApp(t)
	b := a.signedUp("Alice")
	key := b.get("/whoami").body
	b.header.Set("Authorization", "Basic cHJveHk6cHJveHk=")
	if got := b.get("/whoami").want(200).body; got != key || key == "" {
		t.Errorf("the caller is %q, want %q", got, key)
	}
}

func TestTicketWorksOnce(t *testing.T) {
	a := newApp(t)
	alice := a.signedUp("Alice")
	answer := read[ticketAnswer](alice.post("/api/tickets", ""))
	if left := time.Until(time.Time(answer.ExpiresAt)); left < 50*time.Second || left > time.Minute {
		t.Errorf("the ticket expires in %v", left)
	}
	var accepted, rejected atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			r, _ := http.NewRequest("GET", "/socket?ticket="+url.QueryEscape(answer.Ticket), nil)
			if _, ok, err := a.Identify(t.Context(), r); ok {
				accepted.Add(1)
			} else if err != nil {
				rejected.Add(1)
			}
		})
	}
	wg.Wait()
	if accepted.Load() != 1 || rejected.Load() != 7 {
		t.Errorf("%d were accepted, %d rejected", accepted.Load(), rejected.Load())
	}
}

func TestTicketExpiresAfterAMinute(t *testing.T) {
	a := newApp(t)
	ticket := read[ticketAnswer](a.signedUp("Alice").post("/api/tickets", "")).Ticket
	a.shiftIntoPast(t, time.Minute)
	a.browser().get("/socket?ticket=" + ticket).want(401)
}

func TestTicketEndsWithItsSession(t *testing.T) {
	a := newApp(t)
	alice := a.signedUp("Alice")
	ticket := read[ticketAnswer](alice.post("/api/tickets", "")).Ticket
	alice.post("/api/logout", "").want(204)
	a.browser().get("/socket?ticket=" + ticket).want(401)
}

func TestTicketEndsWithItsToken(t *testing.T) {
	a := newApp(t)
	alice := a.signedUp("Alice")
	token := read[tokenAnswer](alice.post("/api/tokens", `{"name":"bot"}`))
	bot := a.program(token.Token)
	first := read[ticketAnswer](bot.post("/api/tickets", "")).Ticket
	if key := a.browser().get("/socket?ticket=" + first).body; key != tokenKey(token.ID) {
		t.Errorf("the caller is %s", key)
	}
	second := read[ticketAnswer](bot.post("/api/tickets", "")).Ticket
	alice.delete("/api/tokens/" + itoa(token.ID)).want(204)
	a.browser().get("/socket?ticket=" + second).want(401)
}

func TestTicketIsRefusedForAnEndedSession(t *testing.T) {
	s := newService(t)
	alice, _ := s.mustSignUp(t, "Alice", "alice@example.org")
	if err := s.SignOut(t.Context(), alice); err != nil {
		t.Fatal(err)
	}
	_, _, err := s.Ticket(t.Context(), alice)
	wantStatus(t, err, http.StatusUnauthorized)
}

func TestSessionLastsThirtyDaysFromItsLastUse(t *testing.T) {
	a := newApp(t)
	b := a.signedUp("Alice")
	a.shiftIntoPast(t, 29*24*time.Hour)
	b.get("/api/me").want(200)
	a.shiftIntoPast(t, 29*24*time.Hour)
	b.get("/api/me").want(200)
	a.shiftIntoPast(t, 30*24*time.Hour)
	b.get("/api/me").want(401)
}

func TestSessionUseIsWrittenAtMostOnceAMinute(t *testing.T) {
	a := newApp(t)
	b := a.signedUp("Alice")
	seen := func() (version string) {
		if err := a.db.QueryRow(t.Context(), `select xmin::text from account.sessions`).Scan(&version); err != nil {
			t.Fatal(err)
		}
		return version
	}
	before := seen()
	b.get("/api/me").want(200)
	if seen() != before {
		t.Error("written within the first minute")
	}
	a.shiftIntoPast(t, 2*time.Minute)
	before = seen()
	b.get("/api/me").want(200)
	touched := seen()
	b.get("/api/me").want(200)
	if touched == before || seen() != touched {
		t.Error("not written exactly once after two minutes")
	}
}

func TestSessionCookieThatIsStaleIsIgnoredAndClearedOnPages(t *testing.T) {
	a := newApp(t)
	b := a.browser()
	b.setCookie("ten-years-old")
	b.get("/api/whoami").want(200)
	b.get("/socket").want(200)
	if b.cookie() == "" {
		t.Error("the cookie was cleared by a request that is not a page")
	}
	b.get("/whoami").want(200)
	if b.cookie() != "" {
		t.Error("the page did not clear the cookie")
	}
}

func TestExpiredSessionsAreDeletedAndTheirSocketsClosed(t *testing.T) {
	a := newApp(t)
	old, _ := a.mustSignUp(t, "Alice", "alice@example.org")
	if _, _, err := a.Ticket(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.SignIn(t.Context(), "alice@example.org", "a wrong password", Client{Address: "192.0.2.1"}); err == nil {
		t.Fatal("signed in")
	}
	a.shiftIntoPast(t, 31*24*time.Hour)
	fresh := a.mustSignIn(t, "alice@example.org")
	old.Expires = time.Time{} // so that the hub does not close it by itself
	oldSocket, freshSocket := a.open(t, old), a.open(t, fresh)
	running, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { a.Run(running) })
	testkit.Eventually(t, "the old session's socket is closed", testkit.Timeout, oldSocket.Closing)
	stop()
	wg.Wait()
	if freshSocket.Closing() {
		t.Error("the new session's socket is closed, too")
	}
	for table, want := range map[string]int{"sessions": 1, "tickets": 0, "attempts": 0} {
		var n int
		if err := a.db.QueryRow(t.Context(), `select count(*) from account.`+table).Scan(&n); err != nil || n != want {
			t.Errorf("%d %s remain, %v", n, table, err)
		}
	}
}
