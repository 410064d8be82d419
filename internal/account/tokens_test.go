package account

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/internal/base/fault"
)

// inAnHour returns an expiry as a client sends it.
func inAnHour() string { return time.Now().Add(time.Hour).UTC().Format(time.RFC3339) }

func TestTokenExpires(t *testing.T) {
	a := newApp(t)
	alice := a.signedUp("Alice")
	token := read[tokenAnswer](alice.post("/api/tokens", `{"name":"bot","expiresAt":"`+inAnHour()+`"}`))
	if left := time.Until(time.Time(*token.ExpiresAt)); left < 59*time.Minute || left > time.Hour {
		t.Errorf("the token expires in %v", left)
	}
	forever := read[tokenAnswer](alice.post("/api/tokens", `{"name":"forever"}`))
	bot := a.program(token.Token)
	key := bot.get("/api/whoami").want(200).body
	ticket := read[ticketAnswer](bot.post("/api/tickets", "")).Ticket

	a.shiftIntoPast(t, time.Hour)
	bot.get("/api/me").want(http.StatusUnauthorized)
	if _, err := a.db.Exec(t.Context(), `update account.tickets set expires_at = now() + interval '1 minute'`); err != nil {
		t.Fatal(err)
	}
	a.browser().get("/socket?ticket=" + ticket).want(http.StatusUnauthorized)
	if valid, err := a.ValidKeys(t.Context(), []string{key, tokenKey(forever.ID)}); err != nil || valid[key] || !valid[tokenKey(forever.ID)] {
		t.Errorf("valid are %v, %v", valid, err)
	}
	if tokens := read[[]tokenAnswer](alice.get("/api/tokens")); len(tokens) != 1 || tokens[0].ExpiresAt != nil {
		t.Errorf("listed %+v", tokens)
	}
	a.program(forever.Token).get("/api/me").want(200)
	if err := a.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := a.db.QueryRow(t.Context(), `select count(*) from account.tokens`).Scan(&left); err != nil || left != 1 {
		t.Errorf("%d tokens remain, %v", left, err)
	}
}

func TestTokenExpiryEndsItsSockets(t *testing.T) {
	a := newApp(t)
	token := read[tokenAnswer](a.signedUp("Alice").post("/api/tokens", `{"name":"bot","expiresAt":"`+inAnHour()+`"}`))
	ticket := read[ticketAnswer](a.program(token.Token).post("/api/tickets", "")).Ticket
	byToken, _ := http.NewRequest(http.MethodGet, "/socket", nil)
	byToken.Header.Set("Authorization", "Bearer "+token.Token)
	byTicket, _ := http.NewRequest(http.MethodGet, "/socket?ticket="+ticket, nil)
	for _, r := range []*http.Request{byToken, byTicket} {
		who, signedIn, err := a.Identify(t.Context(), r)
		if err != nil || !signedIn || !who.Expires.Equal(time.Time(*token.ExpiresAt)) {
			t.Errorf("%s: the socket expires at %v (%v, %v), want %v", r.URL, who.Expires, signedIn, err, token.ExpiresAt)
		}
	}
}

func TestTokenExpiryMustBeInTheFuture(t *testing.T) {
	b := newApp(t).signedUp("Alice")
	for _, at := range []string{"2020-01-01T00:00:00Z", "tomorrow"} {
		b.post("/api/tokens", `{"name":"bot","expiresAt":"`+at+`"}`).want(422).contains(`"expiresAt":`)
	}
}

func TestTokensPerUserAreAtMostFifty(t *testing.T) {
	s := newService(t)
	alice, _ := s.mustSignUp(t, "Alice", "alice@example.org")
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			_, _, err := s.CreateToken(context.Background(), alice, fmt.Sprint("bot ", i), nil)
			if err != nil && !fault.Is(err, http.StatusConflict) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	tokens, err := s.Tokens(t.Context(), alice)
	if err != nil || len(tokens) != maxTokens {
		t.Errorf("%d tokens, %v", len(tokens), err)
	}
	if err := s.RevokeToken(t.Context(), alice, tokens[0].ID); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.CreateToken(t.Context(), alice, "another", nil); err != nil {
		t.Errorf("after one was revoked: %v", err)
	}
}

func TestPasswordChangeRevokesTokensAndClosesTheirSockets(t *testing.T) {
	a := newApp(t)
	b := a.signedUp("Alice")
	token := read[tokenAnswer](b.post("/api/tokens", `{"name":"bot"}`))
	bot := a.program(token.Token)
	socket := a.openSocket(bot)
	b.get("/settings").want(200).contains("revokes your API tokens")
	b.submit("/settings/password", url.Values{"current": {password}, "password": {"another password"}}).wantRedirect("/settings?done=password")
	bot.get("/api/me").want(http.StatusUnauthorized)
	if !socket.Closing() {
		t.Error("the token's socket stays open")
	}
}

func TestTokenFormOffersAnExpiry(t *testing.T) {
	a := newApp(t)
	b := a.signedUp("Alice")
	if page := b.submit("/settings/tokens", url.Values{"name": {"Endless"}, "days": {"0"}}).want(200); strings.Contains(page.body, " · expires ") {
		t.Error("a token without an end expires")
	}
	page := b.submit("/settings/tokens", url.Values{"name": {"Deploy bot"}, "days": {"90"}}).want(200).contains("never used", " · expires ")
	token := regexp.MustCompile(tokenPrefix + `[\w-]+`).FindString(page.body)
	a.shiftIntoPast(t, 89*24*time.Hour)
	a.program(token).get("/api/me").want(200)
	a.shiftIntoPast(t, 2*24*time.Hour)
	a.program(token).get("/api/me").want(http.StatusUnauthorized)
}
