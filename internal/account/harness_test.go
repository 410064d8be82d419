package account

import (
	"context"
	"strings"
	"testing"
	"time"

	"hubbub/internal/base/postgres"
	"hubbub/internal/live/hub"
	"hubbub/internal/testkit"
)

// cheapCost hashes in well under a millisecond.
var cheapCost = Cost{MemoryKiB: 64, Iterations: 1}

// fakeOnline is presence in memory.
type fakeOnline map[int64]Presence

func (w fakeOnline) Online(context.Context, []int64) map[int64]Presence { return w }

func newService(t *testing.T) *Service { return serviceOn(t, testkit.Database(t)) }

func serviceOn(t *testing.T, db *postgres.DB) *Service {
	t.Helper()
	h := hub.New(hub.Config{})
	s, err := New(db, Config{Hub: h, Online: fakeOnline{}, Demo: true, Cost: cheapCost})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const password = "correct horse"

func (s *Service) mustSignUp(t *testing.T, name, email string) (Caller, string) {
	t.Helper()
	c, secret, err := s.SignUp(t.Context(), SignUpInput{FullName: name, Email: email, Password: password}, Client{})
	if err != nil {
		t.Fatalf("sign up %s: %v", name, err)
	}
	return c, secret
}

func (s *Service) mustSignIn(t *testing.T, email string) Caller {
	t.Helper()
	c, _, err := s.SignIn(t.Context(), email, password, Client{})
	if err != nil {
		t.Fatalf("sign in %s: %v", email, err)
	}
	return c
}

// open opens a connection of the caller, which the test's cleanup removes.
func (s *Service) open(t *testing.T, c Caller) *hub.Conn {
	t.Helper()
	conn := s.Hub.Open(hub.Identity{UserID: c.ID, Session: c.Session, Expires: c.Expires})
	t.Cleanup(func() { s.Hub.Remove(conn) })
	return conn
}

// received returns what was sent to the connection since the last call.
func received(conn *hub.Conn) string {
	frames, _ := conn.Take(nil)
	var all strings.Builder
	for _, f := range frames {
		all.Write(f.Bytes)
		all.WriteByte('\n')
	}
	return all.String()
}

// shiftIntoPast moves all times in the database into the past by d.
func (s *Service) shiftIntoPast(t *testing.T, d time.Duration) {
	t.Helper()
	for _, move := range []string{
		`update account.sessions set created_at = created_at - $1::interval, last_seen_at = last_seen_at - $1::interval, expires_at = expires_at - $1::interval`,
		`update account.tokens   set created_at = created_at - $1::interval, last_used_at = last_used_at - $1::interval, expires_at = expires_at - $1::interval`,
		`update account.tickets  set expires_at = expires_at - $1::interval`,
		`update account.attempts set at = at - $1::interval`,
	} {
		if _, err := s.db.Exec(t.Context(), move, d); err != nil {
			t.Fatal(err)
		}
	}
}
