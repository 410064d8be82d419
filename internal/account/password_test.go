package account

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestSignInWithUnknownEmailOrWrongPasswordIsTheSameAnswerAndWork(t *testing.T) {
	s := newService(t)
	s.mustSignUp(t, "Alice", "alice@example.org")
	if _, err := s.SeedDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	compare, compared := s.passwords.compare, 0
	s.passwords.compare = func(password, hash string) (bool, error) {
		compared++
		return compare(password, hash)
	}
	answers := map[string]bool{}
	for i, email := range []string{"alice@example.org", "nobody@example.org", "sam@hubbub.example"} {
		_, _, err := s.SignIn(t.Context(), email, "a wrong password", Client{})
		answers[wantStatus(t, err, http.StatusUnauthorized).Error()] = true
		if compared != i+1 {
			t.Errorf("%s: %d comparisons after %d sign-ins", email, compared, i+1)
		}
	}
	if len(answers) != 1 {
		t.Errorf("answers differ: %v", answers)
	}
}

func TestPasswordDummyHasTheSameCost(t *testing.T) {
	s := newService(t)
	hash, err := s.passwords.hash(password)
	if err != nil {
		t.Fatal(err)
	}
	params := func(hash string) string { return hash[:strings.LastIndex(hash[:strings.LastIndex(hash, "$")], "$")] }
	if params(hash) != params(s.passwords.dummy) {
		t.Errorf("the dummy is %s, a password %s", s.passwords.dummy, hash)
	}
}

func TestPasswordsAreHashedAFewAtATime(t *testing.T) {
	s := newService(t)
	s.mustSignUp(t, "Alice", "alice@example.org")
	var now, most atomic.Int32
	compare := s.passwords.compare
	s.passwords.compare = func(password, hash string) (bool, error) {
		defer now.Add(-1)
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		return compare(password, hash)
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, _, err := s.SignIn(context.Background(), "alice@example.org", password, Client{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most.Load() > int32(cap(s.passwords.slots)) {
		t.Errorf("%d at a time, want at most %d", most.Load(), cap(s.passwords.slots))
	}
}

func TestPasswordIsNotHashedAfterTheRequestIsCancelled(t *testing.T) {
	s := newService(t)
	for range cap(s.passwords.slots) {
		release, err := s.passwords.acquire(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer release()
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := s.SignIn(cancelled, "alice@example.org", password, Client{}); err == nil {
		t.Error("signed in without a slot")
	}
}

func TestPasswordQueueIsLimitedForEachAddress(t *testing.T) {
	s := newService(t)
	enter := s.passwords.acquire
	for range cap(s.passwords.slots) { // so that others wait
		release, err := enter(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer release()
	}
	impatient, giveUp := context.WithCancel(t.Context())
	defer giveUp()
	answers := make(chan error)
	for i := range maxQueuedPerNetwork + 1 {
		go func() {
			_, err := enter(impatient, fmt.Sprintf("2001:db8::%x", i))
			answers <- err
		}()
	}
	wantStatus(t, <-answers, http.StatusTooManyRequests) // the others wait
	if leave, ok := s.passwords.joinQueue("2001:db8:0:1::1"); ok {
		leave()
	} else {
		t.Error("another network is rejected, too")
	}
	giveUp()
	for range maxQueuedPerNetwork {
		if err := <-answers; !errors.Is(err, context.Canceled) {
			t.Errorf("a queued request: %v", err)
		}
	}
	if len(s.passwords.queued) != 0 {
		t.Errorf("still queued: %v", s.passwords.queued)
	}
}
