package account

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"hubbub/internal/base/fault"
)

func wantStatus(t *testing.T, err error, status int) *fault.Fault {
	t.Helper()
	f := fault.Of(err)
	if f == nil {
		t.Fatalf("no error, want %d", status)
	}
	if f.Status != status {
		t.Fatalf("%d (%v), want %d", f.Status, err, status)
	}
	return f
}

func TestSignUpMakesExactlyOneOfConcurrentFirstUsersAdmin(t *testing.T) {
	s := newService(t)
	var admins atomic.Int32
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			c, _, err := s.SignUp(context.Background(), SignUpInput{"Sam Rivera", fmt.Sprintf("sam%d@example.org", i), password}, Client{})
			if err != nil {
				t.Error(err)
			}
			if c.Role == Admin {
				admins.Add(1)
			}
		})
	}
	wg.Wait()
	if admins.Load() != 1 {
		t.Errorf("%d admins", admins.Load())
	}
	byHandle, err := s.ByHandles(t.Context(), []string{"sam", "sam2", "sam3", "sam4", "sam5", "sam6", "sam7", "sam8", "sam9"})
	if err != nil || len(byHandle) != 8 || byHandle["sam9"].ID != 0 {
		t.Errorf("handles %v, %v", byHandle, err)
	}
}

func TestSignUpIsPublishedToWatchersOfUsers(t *testing.T) {
	s := newService(t)
	bob, _ := s.mustSignUp(t, "Bob", "bob@example.org")
	watching, other := s.open(t, bob), s.open(t, bob)
	s.Hub.Watch(watching, "user")
	alice, _ := s.mustSignUp(t, "  Alice \t Liddell ", "alice@example.org")
	if alice.FullName != "Alice Liddell" || alice.Handle != "alice" {
		t.Errorf("signed up as %q, @%s", alice.FullName, alice.Handle)
	}
	if events := received(watching); !strings.Contains(events, `{"event":"user","data":{"verb":"created","id":2,"data":{"id":2,"fullName":"Alice Liddell"`) {
		t.Errorf("received %s", events)
	}
	if events := received(other); events != "" {
		t.Errorf("a connection that does not watch received %s", events)
	}
}

func TestSignUpWithATakenEmailIsAConflictInAnyCase(t *testing.T) {
	s := newService(t)
	s.mustSignUp(t, "Alice", "alice@example.org")
	_, _, err := s.SignUp(t.Context(), SignUpInput{"Alice", "ALICE@Example.org", password}, Client{})
	wantStatus(t, err, http.StatusConflict)
}

func TestSignUpNamesEveryFieldThatIsWrong(t *testing.T) {
	s := newService(t)
	_, _, err := s.SignUp(t.Context(), SignUpInput{" ", "nobody", "short"}, Client{})
	f := wantStatus(t, err, http.StatusUnprocessableEntity)
	for _, field := range []string{"fullName", "email", "password"} {
		if f.Errors[field] == "" {
			t.Errorf("%s is not named in %v", field, f.Errors)
		}
	}
	if people, err := s.Search(t.Context(), "", 1); len(people) != 0 || err != nil {
		t.Errorf("users were added: %v, %v", people, err)
	}
}

func TestSignInFindsTheAccountInAnyCase(t *testing.T) {
	s := newService(t)
	alice, _ := s.mustSignUp(t, "Alice", "Alice@example.org")
	c, secret, err := s.SignIn(t.Context(), "aLICE@EXAMPLE.org", password, Client{})
	if err != nil || c.ID != alice.ID || secret == "" || c.Session == alice.Session {
		t.Errorf("signed in as %+v, %v", c, err)
	}
}

func TestPasswordChangeEndsTheOtherSessions(t *testing.T) {
	s := newService(t)
	alice, _ := s.mustSignUp(t, "Alice", "alice@example.org")
	here, phone := s.open(t, alice), s.open(t, s.mustSignIn(t, "alice@example.org"))
	err := s.ChangePassword(t.Context(), alice, "a wrong password", "another password", Client{})
	if f := wantStatus(t, err, http.StatusUnprocessableEntity); f.Errors["current"] == "" {
		t.Errorf("errors %v", f.Errors)
	}
	if err := s.ChangePassword(t.Context(), alice, password, "another password", Client{}); err != nil {
		t.Fatal(err)
	}
	if here.Closing() || !phone.Closing() {
		t.Errorf("closed here: %v, on the phone: %v", here.Closing(), phone.Closing())
	}
	sessions, err := s.Sessions(t.Context(), alice)
	if err != nil || len(sessions) != 1 || sessionKey(sessions[0].ID) != alice.Session {
		t.Errorf("sessions %v, %v", sessions, err)
	}
	_, _, err = s.SignIn(t.Context(), "alice@example.org", password, Client{})
	wantStatus(t, err, http.StatusUnauthorized)
	if _, _, err = s.SignIn(t.Context(), "alice@example.org", "another password", Client{}); err != nil {
		t.Error(err)
	}
}

func TestRenameKeepsTheHandle(t *testing.T) {
	s := newService(t)
	alice, _ := s.mustSignUp(t, "Alice Liddell", "alice@example.org")
	listening := s.open(t, alice)
	s.subscribe(listening, []Profile{{ID: alice.ID}})
	if err := s.Rename(t.Context(), alice, "Queen  Alice"); err != nil {
		t.Fatal(err)
	}
	u, err := s.User(t.Context(), alice.ID)
	if err != nil || u.FullName != "Queen Alice" || u.Handle != "alice" {
		t.Errorf("%+v, %v", u, err)
	}
	if events := received(listening); !strings.Contains(events, `"verb":"updated"`) || !strings.Contains(events, "Queen Alice") {
		t.Errorf("received %s", events)
	}
}

func TestUserSearchFindsByNameAndHandle(t *testing.T) {
	s := newService(t)
	for i, name := range []string{"Malin Al", "Alice Z", "alma A", "100% Sure", "Bob_"} {
		s.mustSignUp(t, name, fmt.Sprintf("p%d@example.org", i))
	}
	for query, want := range map[string]string{
		"al": "Alice Z, alma A, Malin Al",
		"":   "100% Sure, Alice Z, alma A, Bob_, Malin Al",
		"%":  "100% Sure", "_": "Bob_", `\`: "", "nobody": "",
	} {
		people, err := s.Search(t.Context(), query, 100)
		names := make([]string, len(people))
		for i, u := range people {
			names[i] = u.FullName
		}
		if got := strings.Join(names, ", "); got != want || err != nil {
			t.Errorf("%q finds %s (%v), want %s", query, got, err, want)
		}
	}
}

func TestProfilesShowWhoIsOnline(t *testing.T) {
	s := newService(t)
	alice, _ := s.mustSignUp(t, "Alice", "alice@example.org")
	bob, _ := s.mustSignUp(t, "Bob", "bob@example.org")
	s.Config.Online = fakeOnline{alice.ID: {IsOnline: true}}
	profiles, err := s.Profiles(t.Context(), []int64{alice.ID, bob.ID, 999})
	if err != nil || len(profiles) != 2 || !profiles[alice.ID].IsOnline || profiles[bob.ID].IsOnline {
		t.Errorf("%+v, %v", profiles, err)
	}
}
