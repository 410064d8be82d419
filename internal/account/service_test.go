package account

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hubbub/internal/fault"
	"hubbub/internal/testkit"
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

func TestTheFirstPersonIsAdminAlsoWhenManyComeAtOnce(t *testing.T) {
	s := newService(t)
	var admins atomic.Int32
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			c, _, err := s.SignUp(context.Background(), NewPerson{"Sam Rivera", fmt.Sprintf("sam%d@example.org", i), password}, Client{})
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

func TestSigningUpTellsThoseWhoWatchPeople(t *testing.T) {
	s := newService(t)
	bob, _ := s.mustSignUp(t, "Bob", "bob@example.org")
	watching, other := s.open(t, bob), s.open(t, bob)
	s.Hub.Watch(watching, "user")
	alice, _ := s.mustSignUp(t, "  Alice \t Liddell ", "alice@example.org")
	if alice.FullName != "Alice Liddell" || alice.Handle != "alice" {
		t.Errorf("signed up as %q, @%s", alice.FullName, alice.Handle)
	}
	if heard := told(watching); !strings.Contains(heard, `{"event":"user","data":{"verb":"created","id":2,"data":{"id":2,"fullName":"Alice Liddell"`) {
		t.Errorf("heard %s", heard)
	}
	if heard := told(other); heard != "" {
		t.Errorf("heard %s without listening", heard)
	}
}

func TestATakenEmailIsAConflictInAnyCase(t *testing.T) {
	s := newService(t)
	s.mustSignUp(t, "Alice", "alice@example.org")
	_, _, err := s.SignUp(t.Context(), NewPerson{"Alice", "ALICE@Example.org", password}, Client{})
	wantStatus(t, err, http.StatusConflict)
}

func TestSignUpNamesEveryFieldThatIsWrong(t *testing.T) {
	s := newService(t)
	_, _, err := s.SignUp(t.Context(), NewPerson{" ", "nobody", "short"}, Client{})
	f := wantStatus(t, err, http.StatusUnprocessableEntity)
	for _, field := range []string{"fullName", "email", "password"} {
		if f.Errors[field] == "" {
			t.Errorf("%s is not named in %v", field, f.Errors)
		}
	}
	if people, err := s.Search(t.Context(), "", 1); len(people) != 0 || err != nil {
		t.Errorf("made %v all the same, %v", people, err)
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

func TestUnknownEmailAndWrongPasswordAreTheSameAnswerAndTheSameWork(t *testing.T) {
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

func TestTheDummyCostsWhatAPasswordCosts(t *testing.T) {
	s := newService(t)
	hash, err := s.passwords.hash(password)
	if err != nil {
		t.Fatal(err)
	}
	params := func(hash string) string { return hash[:strings.LastIndex(hash[:strings.LastIndex(hash, "$")], "$")] }
	if params(hash) != params(s.passwords.dummy) {
		t.Errorf("dummy %s, a password %s", s.passwords.dummy, hash)
	}
}

func TestPasswordsAreHashedOnlyAFewAtATime(t *testing.T) {
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

func TestWhoeverLeavesTheLineHashesNothing(t *testing.T) {
	s := newService(t)
	for range cap(s.passwords.slots) {
		if err := s.passwords.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, _, err := s.SignIn(gone, "alice@example.org", password, Client{}); err == nil {
		t.Error("signed in without a turn")
	}
}

func TestTenFailuresCloseAnAccountForAWhileOnEveryNode(t *testing.T) {
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
		t.Errorf("bob is held as well: %v", err)
	}
	one.past(t, 15*time.Minute)
	if _, _, err := one.SignIn(t.Context(), "alice@example.org", password, Client{}); err != nil {
		t.Errorf("15 minutes later: %v", err)
	}
}

func TestThirtyFailuresCloseAnAddress(t *testing.T) {
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
		t.Errorf("another network is held as well: %v", err)
	}
}

func TestSuccessesDoNotCount(t *testing.T) {
	s := newService(t)
	s.mustSignUp(t, "Alice", "alice@example.org")
	for range 40 {
		if _, _, err := s.SignIn(t.Context(), "alice@example.org", password, Client{Address: "192.0.2.1"}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAHundredSignUpsAnHourFromAnAddress(t *testing.T) {
	s := newService(t)
	signUp := func(i int) error {
		_, _, err := s.SignUp(t.Context(), NewPerson{"Crowd", fmt.Sprintf("c%d@example.org", i), password}, Client{Address: "192.0.2.1"})
		return err
	}
	for i := range 100 {
		if err := signUp(i); err != nil {
			t.Fatal(err)
		}
	}
	wantStatus(t, signUp(100), http.StatusTooManyRequests)
	s.past(t, time.Hour)
	if err := signUp(100); err != nil {
		t.Errorf("an hour later: %v", err)
	}
}

func TestChangingThePasswordEndsTheOtherSessions(t *testing.T) {
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

func TestRenamingKeepsTheHandle(t *testing.T) {
	s := newService(t)
	alice, _ := s.mustSignUp(t, "Alice Liddell", "alice@example.org")
	listening := s.open(t, alice)
	s.follow(listening, []Profile{{ID: alice.ID}})
	if err := s.Rename(t.Context(), alice, "Queen  Alice"); err != nil {
		t.Fatal(err)
	}
	u, err := s.User(t.Context(), alice.ID)
	if err != nil || u.FullName != "Queen Alice" || u.Handle != "alice" {
		t.Errorf("%+v, %v", u, err)
	}
	if heard := told(listening); !strings.Contains(heard, `"verb":"updated"`) || !strings.Contains(heard, "Queen Alice") {
		t.Errorf("heard %s", heard)
	}
}

func TestTheDemoIsSeededBySeveralNodesAtEveryStart(t *testing.T) {
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
	if err != nil || len(people) != len(Cast()) {
		t.Fatalf("%d people, %v", len(people), err)
	}
	byHandle, _ := s.ByHandles(t.Context(), []string{"sam", "maya", "theo", "priya", "lin", "jonas", "amara"})
	for _, d := range Cast() {
		u := byHandle[d.Handle]
		if u.FullName != d.FullName || u.Role != d.role || u.Hue != d.Hue || u.Title != d.Title {
			t.Errorf("%s is %+v", d.Handle, u)
		}
	}
}

func TestARealSamKeepsTheHandleWhenTheDemoComes(t *testing.T) {
	s := newService(t)
	sam, _ := s.mustSignUp(t, "Sam Real", "sam@example.org")
	cast, err := s.SeedDemo(t.Context())
	if err != nil || len(cast) != len(Cast()) || cast["sam"].Handle != "sam2" || cast["maya"].Handle != "maya" {
		t.Errorf("%+v, %v", cast, err)
	}
	if u, err := s.User(t.Context(), sam.ID); err != nil || u.Handle != "sam" || u.FullName != "Sam Real" {
		t.Errorf("%+v, %v", u, err)
	}
}

func TestDemoPeopleSignInByClickOnlyInTheDemo(t *testing.T) {
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

func TestSearchFindsByNameAndHandle(t *testing.T) {
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

func TestProfilesSayWhoIsOnline(t *testing.T) {
	s := newService(t)
	alice, _ := s.mustSignUp(t, "Alice", "alice@example.org")
	bob, _ := s.mustSignUp(t, "Bob", "bob@example.org")
	s.Config.Online = whoIsOnline{alice.ID: {IsOnline: true}}
	profiles, err := s.Profiles(t.Context(), []int64{alice.ID, bob.ID, 999})
	if err != nil || len(profiles) != 2 || !profiles[alice.ID].IsOnline || profiles[bob.ID].IsOnline {
		t.Errorf("%+v, %v", profiles, err)
	}
}
