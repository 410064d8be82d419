package account

import (
	"context"
	"net/http"
	"sync"
	"testing"

	"hubbub/internal/testkit"
)

func TestDemoIsSeededBySeveralNodesAtEveryStart(t *testing.T) {
	db := testkit.Database(t)
	var wg sync.WaitGroup
	for range 3 {
		s := serviceOn(t, db)
		wg.Go(func() {
			if _, err := s.SeedDemo(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	s := serviceOn(t, db)
	people, err := s.Search(t.Context(), "", 100)
	if err != nil || len(people) != len(DemoUsers()) {
		t.Fatalf("%d users, %v", len(people), err)
	}
	byHandle, _ := s.ByHandles(t.Context(), []string{"sam", "maya", "theo", "priya", "lin", "jonas", "amara"})
	for _, d := range DemoUsers() {
		u := byHandle[d.Handle]
		if u.FullName != d.FullName || u.Role != d.role || u.Hue != d.Hue || u.Title != d.Title {
			t.Errorf("%s is %+v", d.Handle, u)
		}
	}
}

func TestDemoSeedKeepsTheHandleOfARealUser(t *testing.T) {
	s := newService(t)
	sam, _ := s.mustSignUp(t, "Sam Real", "sam@example.org")
	cast, err := s.SeedDemo(t.Context())
	if err != nil || len(cast) != len(DemoUsers()) || cast["sam"].Handle != "sam2" || cast["maya"].Handle != "maya" {
		t.Errorf("%+v, %v", cast, err)
	}
	if u, err := s.User(t.Context(), sam.ID); err != nil || u.Handle != "sam" || u.FullName != "Sam Real" {
		t.Errorf("%+v, %v", u, err)
	}
}

func TestDemoUsersSignInOnlyInTheDemo(t *testing.T) {
	s := newService(t)
	if _, err := s.SeedDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c, _, err := s.SignInDemo(t.Context(), "maya", Client{}); err != nil || c.FullName != "Maya Okafor" || !c.IsStaff() {
		t.Errorf("%+v, %v", c, err)
	}
	_, _, err := s.SignInDemo(t.Context(), "mallory", Client{})
	wantStatus(t, err, http.StatusNotFound)
	s.Demo = false
	_, _, err = s.SignInDemo(t.Context(), "maya", Client{})
	wantStatus(t, err, http.StatusNotFound)
}
