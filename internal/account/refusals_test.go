package account_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

// forged is a secret of the right length that was never issued.
const forged = "Zm9yZ2VkLWZvcmdlZC1mb3JnZWQtZm9yZ2VkLWZvcmdlZA"

func TestHandshakeRefusesBadCredentialsAndOrigins(t *testing.T) {
	t.Parallel()
	a := apptest.StartAudit(t)
	a.Secrets = append(a.Secrets, forged, "forged")
	lin := a.Clients["lin"]
	for name, c := range map[string]struct {
		query   string
		headers []string
		status  int
	}{
		"an invalid ticket":                    {"ticket=" + forged, nil, 401},
		"an empty ticket":                      {"ticket=", nil, 401},
		"an invalid token":                     {"", []string{"Authorization", "Bearer " + forged}, 401},
		"a bad token beside a good cookie":     {"view=html", []string{"Authorization", "Bearer " + forged}, 401},
		"another site":                         {"", []string{"Origin", "https://evil.example"}, 403},
		"the origin null":                      {"", []string{"Origin", "null"}, 403},
		"another port of this host":            {"", []string{"Origin", "http://127.0.0.1:1"}, 403},
		"a malformed origin":                   {"", []string{"Origin", "::"}, 403},
		"another site, with an invalid ticket": {"ticket=" + forged, []string{"Origin", "https://evil.example"}, 401},
	} {
		t.Run(name, func(t *testing.T) {
			a.WantRefused(t, func() {
				if got := lin.ConnectRefused(c.query, c.headers...); got != c.status {
					t.Errorf("refused with %d, want %d", got, c.status)
				}
			})
		})
	}
	t.Run("the answer is a problem document", func(t *testing.T) {
		upgrade := []string{"Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="}
		apptest.WantProblem(t, a.Anonymous().Do(http.MethodGet, "/socket?ticket="+forged, nil, upgrade...), 401)
		apptest.WantProblem(t, lin.Do(http.MethodGet, "/socket", nil, append(upgrade, "Origin", "null")...), 403)
		apptest.WantProblem(t, lin.Get("/socket"), http.StatusUpgradeRequired)
	})
}

func TestTicketIsAcceptedOnce(t *testing.T) {
	t.Parallel()
	a := apptest.StartAudit(t)
	ticket := testkit.As[struct{ Ticket string }](a.Clients["lin"].Post("/api/tickets", nil).Want(200)).Ticket
	a.Secrets = append(a.Secrets, ticket)
	thief := a.Anonymous()
	thief.Connect("ticket="+ticket).Get("/api/me", nil).Want(200).WantBody(`"handle":"lin"`)
	a.WantRefused(t, func() {
		if got := thief.ConnectRefused("ticket=" + ticket); got != 401 {
			t.Errorf("the second use is refused with %d", got)
		}
	})
	if strings.Contains(a.Log.String(), ticket) {
		t.Error("the log contains the ticket")
	}
	for _, elsewhere := range []string{"/api/me?ticket=", "/api/rooms?ticket="} {
		fresh := testkit.As[struct{ Ticket string }](a.Clients["lin"].Post("/api/tickets", nil).Want(200)).Ticket
		thief.Get(elsewhere + fresh).Want(401)
	}
}

func TestSessionCookieIsAnonymousOnceExpired(t *testing.T) {
	t.Parallel()
	a := apptest.StartAudit(t)
	old := a.As("priya")
	secret := old.Cookies()[0].Value
	a.Secrets = append(a.Secrets, secret)
	a.Exec(`update account.sessions set created_at = now() - interval '10 years', last_seen_at = now() - interval '10 years',
		expires_at = now() - interval '10 years' + interval '30 days' where user_id = $1`, a.ID(old))
	a.WantRefused(t, func() { apptest.WantProblem(t, old.Get("/api/me"), 401) })
	live := old.Connect("")
	a.WantRefused(t, func() { apptest.WantProblem(t, live.Get("/api/rooms", nil), 401) })
	old.Do(http.MethodGet, "/rooms", nil, "Accept", "text/html").Want(http.StatusSeeOther)
	if strings.Contains(a.Log.String(), secret) {
		t.Error("the log contains the cookie")
	}
}

func TestSignInActionsRefuseTheSocket(t *testing.T) {
	t.Parallel()
	a := apptest.StartAudit(t)
	const password = "s3cr3t s3cr3t"
	a.Secrets = append(a.Secrets, password)
	for path, data := range map[string]in{
		"/api/signup": {"fullName": "Eve", "email": "eve@test.example", "password": password},
		"/api/login":  {"email": "eve@test.example", "password": password},
		"/api/logout": nil,
	} {
		for _, handle := range []string{"lin", ""} {
			t.Run(path+" as "+handle, func(t *testing.T) {
				a.WantRefused(t, func() { apptest.WantProblem(t, a.Sockets[handle].Post(path, data), 400) })
			})
		}
	}
	a.Clients["lin"].Get("/api/me").Want(200)
}

func TestSignInRefusalsChangeNothing(t *testing.T) {
	t.Parallel()
	a := apptest.StartAudit(t)
	const password = "correct horse battery"
	a.Anonymous().SignUp("Eve Adams")
	a.Secrets = append(a.Secrets, password, "wr0ng horse battery", "eve.adams@test.example")
	for name, c := range map[string]struct {
		path   string
		data   in
		status int
	}{
		"a wrong password":       {"/api/login", in{"email": "eve.adams@test.example", "password": "wr0ng horse battery"}, 401},
		"an unknown email":       {"/api/login", in{"email": "nobody@test.example", "password": "wr0ng horse battery"}, 401},
		"no password":            {"/api/login", in{"email": "eve.adams@test.example"}, 422},
		"a password of 9":        {"/api/signup", in{"fullName": "Bob", "email": "bob@test.example", "password": "123456789"}, 422},
		"no email":               {"/api/signup", in{"fullName": "Bob", "email": "bob", "password": password}, 422},
		"a name with NUL":        {"/api/signup", in{"fullName": "B\x00b", "email": "bob@test.example", "password": password}, 422},
		"an email that is taken": {"/api/signup", in{"fullName": "Bob", "email": "Eve.Adams@test.example", "password": password}, 409},
		"a blank name":           {"/api/signup", in{"fullName": " ", "email": "bob@test.example", "password": password}, 422},
	} {
		t.Run(name, func(t *testing.T) {
			a.WantRefused(t, func() { apptest.WantProblem(t, a.Clients[""].Post(c.path, c.data), c.status) })
		})
	}
	wrong, unknown := a.Clients[""].Post("/api/login", in{"email": "eve.adams@test.example", "password": "x"}), a.Clients[""].Post("/api/login", in{"email": "who@test.example", "password": "x"})
	if wrong.Body != unknown.Body {
		t.Errorf("a wrong password: %s, an unknown email: %s", wrong.Body, unknown.Body)
	}
}

func TestCrossSiteWritesAreRefused(t *testing.T) {
	t.Parallel()
	a := apptest.StartAudit(t)
	room := a.Room(a.Clients["lin"], "cross")
	for name, headers := range map[string][]string{
		"by its fetch metadata": {"Sec-Fetch-Site", "cross-site"},
		"by its origin":         {"Origin", "https://evil.example"},
		"by the origin null":    {"Origin", "null"},
		"from a sibling":        {"Sec-Fetch-Site", "same-site"},
	} {
		t.Run(name, func(t *testing.T) {
			a.WantRefused(t, func() {
				apptest.WantProblem(t, a.Clients["lin"].Do(http.MethodPost, "/api/chat/send", in{"roomId": room, "text": "hi"}, headers...), 403)
			})
			a.WantRefused(t, func() {
				form := url.Values{"text": {"hi"}}
				a.Clients["lin"].Do(http.MethodPost, fmt.Sprintf("/rooms/%d/messages", room), form, headers...).Want(403)
			})
		})
	}
	a.Clients["lin"].Do(http.MethodGet, "/api/me", nil, "Sec-Fetch-Site", "cross-site").Want(200)
}

func TestRevokedTokenAndExpiredTicketAreRefused(t *testing.T) {
	t.Parallel()
	a := apptest.StartAudit(t)
	made := testkit.As[struct {
		ID    int64
		Token string
	}](a.Clients["lin"].Post("/api/tokens", in{"name": "robot"}).Want(200))
	robot := a.Anonymous().WithToken(made.Token)
	robot.Get("/api/me").Want(200).WantBody(`"handle":"lin"`)
	ticket := testkit.As[struct{ Ticket string }](robot.Post("/api/tickets", nil).Want(200)).Ticket
	a.Clients["lin"].Do(http.MethodDelete, fmt.Sprint("/api/tokens/", made.ID), nil).Want(204)
	a.Secrets = append(a.Secrets, made.Token, ticket)
	a.WantRefused(t, func() { apptest.WantProblem(t, robot.Get("/api/me"), 401) })
	a.WantRefused(t, func() {
		if got := a.Anonymous().ConnectRefused("ticket=" + ticket); got != 401 {
			t.Errorf("a ticket of a revoked token is refused with %d", got)
		}
	})
	late := testkit.As[struct{ Ticket string }](a.Clients["lin"].Post("/api/tickets", nil).Want(200)).Ticket
	a.Exec(`update account.tickets set expires_at = now() - interval '1 second'`)
	if got := a.Anonymous().ConnectRefused("ticket=" + late); got != 401 {
		t.Errorf("an expired ticket is refused with %d", got)
	}
}
