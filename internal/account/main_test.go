package account

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"hubbub/internal/postgres"
	"hubbub/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// cheap makes a hash in well under a millisecond.
var cheap = Cost{MemoryKiB: 64, Iterations: 1}

// world is what stands around the service: it notes what the service asks of it.
type world struct {
	mu      sync.Mutex
	closed  []string
	created []Profile
	updated []Profile
	online  map[int64]Presence
}

func (w *world) CloseSession(key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = append(w.closed, key)
}

func (w *world) UserCreated(_ context.Context, p Profile) { w.created = append(w.created, p) }

func (w *world) UserUpdated(_ context.Context, p Profile) { w.updated = append(w.updated, p) }

func (w *world) Online(context.Context, []int64) map[int64]Presence { return w.online }

func (w *world) wantClosed(t *testing.T, keys ...string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Equal(w.closed, keys) {
		t.Errorf("closed the sockets of %v, want %v", w.closed, keys)
	}
	w.closed = nil
}

func newService(t *testing.T) (*Service, *world) { return serviceOn(t, testkit.Database(t)) }

func serviceOn(t *testing.T, db *postgres.DB) (*Service, *world) {
	t.Helper()
	w := &world{}
	s, err := New(db, Config{Online: w, Sockets: w, Audience: w, Demo: true, Cost: cheap})
	if err != nil {
		t.Fatal(err)
	}
	return s, w
}

const password = "correct horse"

func (s *Service) mustSignUp(t *testing.T, name, email string) (Caller, string) {
	t.Helper()
	c, secret, err := s.SignUp(t.Context(), NewPerson{FullName: name, Email: email, Password: password}, Client{})
	if err != nil {
		t.Fatalf("%s signs up: %v", name, err)
	}
	return c, secret
}

// later moves the database's past: everything happened d longer ago.
func (s *Service) later(t *testing.T, d time.Duration) {
	t.Helper()
	for _, move := range []string{
		`update account.sessions set created_at = created_at - $1::interval, last_seen_at = last_seen_at - $1::interval, expires_at = expires_at - $1::interval`,
		`update account.tokens   set created_at = created_at - $1::interval, last_used_at = last_used_at - $1::interval`,
		`update account.tickets  set expires_at = expires_at - $1::interval`,
		`update account.attempts set at = at - $1::interval`,
	} {
		if _, err := s.db.Exec(t.Context(), move, d); err != nil {
			t.Fatal(err)
		}
	}
}
