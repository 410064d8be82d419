package account

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hubbub/internal/base/fault"
	"hubbub/internal/testkit"
)

func TestSignInLimitOfAnAccountHoldsOnEveryNode(t *testing.T) {
	db := testkit.Database(t)
	one := serviceOn(t, db)
	other := serviceOn(t, db)
	one.mustSignUp(t, "Alice", "alice@example.org")
	one.mustSignUp(t, "Bob", "bob@example.org")
	for i := range 10 {
		node := []*Service{one, other}[i%2]
		_, _, err := node.SignIn(t.Context(), "Alice@example.org", "a wrong password", Client{Address: fmt.Sprintf("192.0.2.%d", i)})
		wantStatus(t, err, http.StatusUnauthorized)
	}
	for _, node := range []*Service{one, other} {
		_, _, err := node.SignIn(t.Context(), "alice@example.org", password, Client{Address: "192.0.2.99"})
		f := wantStatus(t, err, http.StatusTooManyRequests)
		if f.RetryAfter < 14*time.Minute || f.RetryAfter > 15*time.Minute {
			t.Errorf("retry after %v", f.RetryAfter)
		}
	}
	if _, _, err := other.SignIn(t.Context(), "bob@example.org", password, Client{}); err != nil {
		t.Errorf("bob is limited, too: %v", err)
	}
	one.shiftIntoPast(t, 15*time.Minute)
	if _, _, err := one.SignIn(t.Context(), "alice@example.org", password, Client{}); err != nil {
		t.Errorf("15 minutes later: %v", err)
	}
}

func TestSignInLimitOfAnAddress(t *testing.T) {
	s := newService(t)
	s.mustSignUp(t, "Alice", "alice@example.org")
	from := func(i int) Client { return Client{Address: fmt.Sprintf("2001:db8:1:2::%x", i)} }
	for i := range 30 {
		_, _, err := s.SignIn(t.Context(), fmt.Sprintf("nobody%d@example.org", i), password, from(i))
		wantStatus(t, err, http.StatusUnauthorized)
	}
	_, _, err := s.SignIn(t.Context(), "alice@example.org", password, from(99))
	wantStatus(t, err, http.StatusTooManyRequests)
	if _, _, err := s.SignIn(t.Context(), "alice@example.org", password, Client{Address: "2001:db8:1:3::1"}); err != nil {
		t.Errorf("another network is limited, too: %v", err)
	}
}

func TestSignInLimitIgnoresSuccesses(t *testing.T) {
	s := newService(t)
	s.mustSignUp(t, "Alice", "alice@example.org")
	for range 40 {
		if _, _, err := s.SignIn(t.Context(), "alice@example.org", password, Client{Address: "192.0.2.1"}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSignUpLimitOfAnAddress(t *testing.T) {
	s := newService(t)
	signUp := func(i int) error {
		_, _, err := s.SignUp(t.Context(), SignUpInput{"Crowd", fmt.Sprintf("c%d@example.org", i), password}, Client{Address: "192.0.2.1"})
		return err
	}
	for i := range 100 {
		if err := signUp(i); err != nil {
			t.Fatal(err)
		}
	}
	wantStatus(t, signUp(100), http.StatusTooManyRequests)
	s.shiftIntoPast(t, time.Hour)
	if err := signUp(100); err != nil {
		t.Errorf("an hour later: %v", err)
	}
}

func TestSignInWithAnEndlessEmailIsAFailure(t *testing.T) {
	s := newService(t)
	_, _, err := s.SignIn(t.Context(), strings.Repeat("x", 100_000), password, Client{})
	wantStatus(t, err, http.StatusUnauthorized)
}

func TestSignUpLimitCountsConcurrentRequests(t *testing.T) {
	db := testkit.Database(t)
	nodes := []*Service{serviceOn(t, db), serviceOn(t, db)}
	var accepted atomic.Int32
	var wg sync.WaitGroup
	for i := range 240 {
		wg.Go(func() {
			newcomer := SignUpInput{"Crowd", fmt.Sprintf("c%d@example.org", i), password}
			for { // the queue's 429 is for a second, the limit's is longer
				_, _, err := nodes[i%2].SignUp(t.Context(), newcomer, Client{Address: "192.0.2.1"})
				f := fault.Of(err)
				if f == nil {
					accepted.Add(1)
					return
				}
				if f.Status != http.StatusTooManyRequests {
					t.Error(err)
					return
				}
				if f.RetryAfter > time.Minute {
					return
				}
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
	if accepted.Load() != 100 {
		t.Errorf("%d signed up, want 100", accepted.Load())
	}
}

func TestSignInLimitSparesNetworksWithASession(t *testing.T) {
	s := newService(t)
	s.mustSignUp(t, "Alice", "alice@example.org")
	signIn := func(password, address string) error {
		_, _, err := s.SignIn(t.Context(), "alice@example.org", password, Client{Address: address})
		return err
	}
	if err := signIn(password, "2001:db8::1"); err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		wantStatus(t, signIn("a guess", fmt.Sprintf("192.0.2.%d", i)), http.StatusUnauthorized)
	}
	wantStatus(t, signIn(password, "192.0.2.99"), http.StatusTooManyRequests)
	if err := signIn(password, "2001:db8::2"); err != nil {
		t.Errorf("the owner, from a network with a session: %v", err)
	}
	for range 10 {
		wantStatus(t, signIn("a guess", "2001:db8::3"), http.StatusUnauthorized)
	}
	wantStatus(t, signIn(password, "2001:db8::2"), http.StatusTooManyRequests)
}
