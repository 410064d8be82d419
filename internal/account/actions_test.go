package account

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"hubbub/internal/live/hub"
)

func TestSignUpReturnsTheUserAndSetsTheCookie(t *testing.T) {
	a := newApp(t)
	b := a.browser()
	answer := b.post("/api/signup", `{"fullName":"Alice Liddell","email":"alice@example.org","password":"`+password+`"}`).want(200)
	if names := objectKeys(t, answer.body); names != "id fullName handle avatarUrl isOnline lastSeenAt" {
		t.Errorf("a user has %s", names)
	}
	answer.contains(`"fullName":"Alice Liddell","handle":"alice","avatarUrl":null,"isOnline":false,"lastSeenAt":null`)
	cookie := answer.header.Get("Set-Cookie")
	for _, part := range []string{"hubbub_session=", "Path=/", "HttpOnly", "SameSite=Lax"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("no %s in %s", part, cookie)
		}
	}
	if strings.Contains(cookie, "Secure") {
		t.Errorf("Secure without TLS, where browsers would not send it: %s", cookie)
	}
	b.get("/api/me").want(200).contains(`"fullName":"Alice Liddell"`, `"email":"alice@example.org","role":"admin"`)
}

func TestSessionCookieOverHTTPSIsOfOneHost(t *testing.T) {
	a := newApp(t)
	_, secret := a.mustSignUp(t, "Alice", "alice@example.org")
	a.Secure = func(*http.Request) bool { return true }
	b := a.browser()
	cookie := b.post("/api/login", `{"email":"alice@example.org","password":"`+password+`"}`).want(200).header.Get("Set-Cookie")
	for _, part := range []string{"__Host-hubbub_session=", "Path=/", "HttpOnly", "Secure", "SameSite=Lax"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("no %s in %s", part, cookie)
		}
	}
	b = a.browser()
	b.header.Set("Cookie", "hubbub_session="+secret)
	b.get("/api/me").want(401)
	b.header.Set("Cookie", "hubbub_session=of-another-host; __Host-hubbub_session="+secret)
	b.get("/api/me").want(200)
}

func TestSignUpAnswersBadInputWithTheField(t *testing.T) {
	b := newApp(t).browser()
	long := strings.Repeat("x", 1001)
	for body, want := range map[string]string{
		`{"fullName":"A","email":"a@example.org"}`:                                    `"password":`,
		`{"fullName":"A","email":"a@example.org","password":"123456789"}`:             `"password":`,
		`{"fullName":"A","email":"a@example.org","password":"` + long + `"}`:          `"password":`,
		`{"fullName":"A","email":"a@example.org","password":"12345678\u00009"}`:       `"password":`,
		`{"fullName":" ","email":"a@example.org","password":"1234567890"}`:            `"fullName":`,
		`{"fullName":"A\u0000","email":"a@example.org","password":"1234567890"}`:      `"fullName":`,
		`{"fullName":"` + long + `","email":"a@example.org","password":"1234567890"}`: `"fullName":`,
		`{"fullName":"A","email":"a.example.org","password":"1234567890"}`:            `"email":`,
		`{"fullName":"A","email":"A <a@example.org>","password":"1234567890"}`:        `"email":`,
		`{"fullName":"A","email":"` + long + `@example.org","password":"1234567890"}`: `"email":`,
	} {
		answer := b.post("/api/signup", body).want(422).contains(want, `"status":422`)
		if kind := answer.header.Get("Content-Type"); kind != "application/problem+json" {
			t.Errorf("Content-Type %s", kind)
		}
	}
	b.post("/api/signup", `{`).want(400)
	b.post("/api/login", `{"email":"a@example.org"}`).want(422).contains(`"password":`)
}

func TestSignOutEndsTheSessionAndItsSockets(t *testing.T) {
	a := newApp(t)
	b := a.signedUp("Alice")
	secret := b.cookie()
	socket := a.openSocket(b)
	b.post("/api/logout", "").want(204)
	if !socket.Closing() || b.cookie() != "" {
		t.Errorf("closed %v, cookie %q", socket.Closing(), b.cookie())
	}
	b.setCookie(secret)
	b.get("/api/me").want(401)
	b.post("/api/logout", "").want(204)
}

// openSocket opens a socket with the browser's session.
func (a *app) openSocket(b *client) *hub.Conn {
	a.t.Helper()
	key := b.get("/socket").want(200).body
	me := read[Me](b.get("/api/me"))
	return a.open(a.t, Caller{User: User{ID: me.ID}, Session: key})
}

func TestSignInAsAnotherUserEndsThePreviousSession(t *testing.T) {
	a := newApp(t)
	a.mustSignUp(t, "Bob", "bob@example.org")
	b := a.signedUp("Alice")
	alice := a.openSocket(b)
	b.post("/api/login", `{"email":"alice@example.org","password":"`+password+`"}`).want(200)
	if alice.Closing() {
		t.Error("signing in again ended the first session")
	}
	alice = a.openSocket(b)
	b.post("/api/login", `{"email":"bob@example.org","password":"`+password+`"}`).want(200)
	if !alice.Closing() {
		t.Error("alice's socket is open in bob's browser")
	}
	b.get("/api/me").want(200).contains(`"handle":"bob"`)
}

func TestSignInAfterTooManyFailuresHasRetryAfter(t *testing.T) {
	b := newApp(t).browser()
	const wrongPassword = `{"email":"alice@example.org","password":"a wrong password"}`
	for range 10 {
		b.post("/api/login", wrongPassword).want(401)
	}
	answer := b.post("/api/login", wrongPassword).want(429)
	if !regexp.MustCompile(`^(8\d\d|900)$`).MatchString(answer.header.Get("Retry-After")) {
		t.Errorf("Retry-After %s", answer.header.Get("Retry-After"))
	}
}

var milliseconds = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)

func TestSessionsAreListedAndRevoked(t *testing.T) {
	a := newApp(t)
	laptop := a.signedUp("Alice")
	phone := a.browser()
	phone.header.Set("User-Agent", "Phone\xff 1.0")
	phone.post("/api/login", `{"email":"alice@example.org","password":"`+password+`"}`).want(200)
	socket := a.openSocket(phone)

	type row struct {
		ID        int64
		UserAgent string
		Address   string
		CreatedAt string
		Current   bool
	}
	answer := laptop.get("/api/sessions")
	rows := read[[]row](answer)
	if len(rows) != 2 || !rows[1].Current || rows[0].Current || rows[0].UserAgent != "Phone 1.0" || rows[0].Address != "127.0.0.1" || !milliseconds.MatchString(rows[0].CreatedAt) {
		t.Fatalf("%+v", rows)
	}
	if names := objectKeys(t, strings.TrimPrefix(answer.body, "[")); names != "id userAgent address createdAt lastSeenAt current" {
		t.Errorf("a session has %s", names)
	}
	mallory := a.signedUp("Mallory")
	mallory.delete("/api/sessions/" + itoa(rows[0].ID)).want(404)
	laptop.delete("/api/sessions/" + itoa(rows[0].ID)).want(204)
	if !socket.Closing() {
		t.Error("the phone's socket is open")
	}
	phone.get("/api/me").want(401)
	laptop.delete("/api/sessions/" + itoa(rows[0].ID)).want(404)
	laptop.delete("/api/sessions/" + itoa(rows[1].ID)).want(204)
	if laptop.cookie() != "" {
		t.Error("a browser keeps the cookie of the session that it revoked")
	}
}

func TestTokensAreListedUsedAndRevoked(t *testing.T) {
	a := newApp(t)
	alice := a.signedUp("Alice")
	created := alice.post("/api/tokens", `{"name":"Deploy  bot"}`)
	if names := objectKeys(t, created.body); names != "id name token createdAt lastUsedAt expiresAt" {
		t.Errorf("a new token has %s", names)
	}
	token := read[tokenAnswer](created)
	bot := a.program(token.Token)
	bot.get("/api/me").want(200).contains(`"handle":"alice"`)
	listed := alice.get("/api/tokens").contains(`"name":"Deploy bot"`)
	if strings.Contains(listed.body, token.Token) {
		t.Errorf("the list has the token's secret: %s", listed.body)
	}
	if tokens := read[[]tokenAnswer](listed); len(tokens) != 1 || tokens[0].LastUsedAt == nil {
		t.Errorf("%+v", tokens)
	}
	bot.post("/api/logout", "").want(400)
	socket := a.openSocket(bot)
	mallory := a.signedUp("Mallory")
	mallory.delete("/api/tokens/" + itoa(token.ID)).want(404)
	alice.delete("/api/tokens/" + itoa(token.ID)).want(204)
	if !socket.Closing() {
		t.Error("the program's socket is open")
	}
	bot.get("/api/me").want(401)
	alice.post("/api/tokens", `{"name":" "}`).want(422).contains(`"name":`)
}

func TestUsersAreListedByName(t *testing.T) {
	a := newApp(t)
	a.signedUp("Zoe")
	b := a.signedUp("Alice")
	if people := read[[]Profile](b.get("/api/users")); len(people) != 2 || people[0].FullName != "Alice" {
		t.Errorf("%+v", people)
	}
	if people := read[[]Profile](b.get("/api/users?query=zo")); len(people) != 1 || people[0].Handle != "zoe" {
		t.Errorf("%+v", people)
	}
	if people := read[[]Profile](b.get("/api/users?limit=1")); len(people) != 1 {
		t.Errorf("%+v", people)
	}
	b.get("/api/users?query=%00").want(422)
	a.browser().get("/api/users").want(401)
}

func TestUsersListedOverASocketAreSubscribedTo(t *testing.T) {
	a := newApp(t)
	alice, _ := a.mustSignUp(t, "Alice", "alice@example.org")
	socket := a.open(t, alice)
	a.virtual(socket, alice, "GET", "/api/users").want(200).contains(`"handle":"alice"`)
	if err := a.Rename(t.Context(), alice, "Queen Alice"); err != nil {
		t.Fatal(err)
	}
	a.mustSignUp(t, "Bob", "bob@example.org")
	if events := received(socket); !strings.Contains(events, `"verb":"updated"`) || !strings.Contains(events, `"verb":"created"`) {
		t.Errorf("received %s", events)
	}
	a.virtual(socket, alice, "GET", "/api/me").want(200).contains("Queen Alice")
}

// virtual makes a virtual request as the socket's transport does.
func (a *app) virtual(socket *hub.Conn, who Caller, method, path string) answer {
	a.t.Helper()
	ctx := hub.WithConn(a.t.Context(), socket)
	if who.ID != 0 {
		ctx = WithCaller(ctx, who)
	}
	recorder := httptest.NewRecorder()
	a.echo.ServeHTTP(recorder, httptest.NewRequestWithContext(ctx, method, path, nil))
	return answer{a.t, "virtual " + method + " " + path, recorder.Code, recorder.Header(), recorder.Body.String()}
}

func TestSignInAndSignOutAreRejectedOverSockets(t *testing.T) {
	a := newApp(t)
	alice, _ := a.mustSignUp(t, "Alice", "alice@example.org")
	socket := a.open(t, alice)
	for _, path := range []string{"/api/signup", "/api/login", "/api/logout"} {
		a.virtual(socket, alice, "POST", path).want(400)
	}
	if _, err := a.Sessions(t.Context(), alice); err != nil || socket.Closing() {
		t.Errorf("signed out over the socket: %v, %v", socket.Closing(), err)
	}
}

func TestLiveActionRequiresAConnectionBeforeASession(t *testing.T) {
	a := newApp(t)
	alice, _ := a.mustSignUp(t, "Alice", "alice@example.org")
	a.browser().get("/api/live").want(400).contains("WebSocket required")
	a.virtual(a.open(t, Caller{}), Caller{}, "GET", "/api/live").want(401)
	a.virtual(a.open(t, alice), alice, "GET", "/api/live").want(200)
}

func TestActionsExceptSignInRequireASession(t *testing.T) {
	b := newApp(t).browser()
	for _, action := range []string{"GET /api/me", "GET /api/users", "GET /api/sessions", "DELETE /api/sessions/1", "GET /api/tokens", "POST /api/tokens", "DELETE /api/tokens/1", "POST /api/tickets"} {
		method, path, _ := strings.Cut(action, " ")
		answer := b.do(method, path, "application/json", "").want(http.StatusUnauthorized)
		answer.contains(`"title":"Unauthorized","status":401`)
	}
}
