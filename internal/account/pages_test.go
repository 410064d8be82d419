package account

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func TestDemoSignInTakesOneClick(t *testing.T) {
	a := newApp(t)
	if _, err := a.SeedDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	b := a.browser()
	page := b.get("/signin?next=/rooms/3").want(200).contains("Pick a demo user", `name="next" value="/rooms/3"`)
	for _, person := range DemoUsers() {
		page.contains(`value="`+person.Handle+`"`, person.FullName, person.Title)
	}
	b.submit("/signin/demo", url.Values{"as": {"maya"}, "next": {"/rooms/3"}}).wantRedirect("/rooms/3")
	b.get("/signin").want(200).contains("You’re signed in as <b>Maya Okafor</b>", "Sam Rivera")
	b.submit("/signin/demo", url.Values{"as": {"sam"}}).wantRedirect("/")
	b.get("/api/me").want(200).contains(`"role":"admin"`)
	b.submit("/signin/demo", url.Values{"as": {"mallory"}}).want(404)
}

func TestDemoSignInIsNotOfferedOutsideTheDemo(t *testing.T) {
	a := newApp(t)
	a.Demo = false
	page := a.browser().get("/signin").want(200).contains("<h1>Sign in</h1>")
	if strings.Contains(page.body, "Sam Rivera") {
		t.Error("the demo users are offered")
	}
	a.browser().submit("/signin/demo", url.Values{"as": {"sam"}}).want(404)
}

func TestSignUpSignInAndSignOutByForm(t *testing.T) {
	a := newApp(t)
	b := a.browser()
	b.submit("/signup", url.Values{"fullName": {"Alice"}, "email": {"alice@example.org"}, "password": {password}, "next": {"/people"}}).wantRedirect("/people")
	b.get("/private").want(200)
	b.submit("/signout", nil).wantRedirect("/signin")
	b.get("/private?a=1&b=2").wantRedirect("/signin?next=%2Fprivate%3Fa%3D1%26b%3D2")
	b.submit("/signin", url.Values{"email": {"alice@example.org"}, "password": {password}, "next": {"/private?a=1&b=2"}}).wantRedirect("/private?a=1&b=2")
	b.get("/private").want(200)
}

func TestSignUpFormShowsErrorsAtTheirFields(t *testing.T) {
	a := newApp(t)
	a.mustSignUp(t, "Alice", "alice@example.org")
	b := a.browser()
	b.submit("/signup", url.Values{"fullName": {"<Bob>"}, "email": {"bob"}, "password": {"short"}}).want(422).
		contains("The email is not a valid email address.", "The password must be 10 characters or more.", `value="&lt;Bob&gt;"`, `aria-describedby="email-note"`)
	b.submit("/signup", url.Values{"fullName": {"Alice"}, "email": {"alice@example.org"}, "password": {password}}).want(409).
		contains(`value="alice@example.org"`, "An account with this email already exists.")
	b.submit("/signin", url.Values{"email": {"alice@example.org"}, "password": {"a wrong password"}, "next": {"/people"}}).want(401).
		contains(`value="alice@example.org"`, "Incorrect email or password.", `name="next" value="/people"`)
	for range 9 {
		b.submit("/signin", url.Values{"email": {"alice@example.org"}, "password": {"a wrong password"}}).want(401)
	}
	b.submit("/signin", url.Values{"email": {"alice@example.org"}, "password": {password}}).want(429).
		contains("Too many attempts. Try again in 15 minutes.")
	if b.cookie() != "" {
		t.Error("signed in although the limit was reached")
	}
}

func TestSignUpFormNeverContainsThePassword(t *testing.T) {
	b := newApp(t).browser()
	for _, path := range []string{"/signup", "/signin"} {
		page := b.submit(path, url.Values{"fullName": {"A"}, "email": {"a"}, "password": {"my secret word"}})
		if strings.Contains(page.body, "my secret word") {
			t.Errorf("%s shows the password", path)
		}
	}
}

func TestSettingsRequireASession(t *testing.T) {
	b := newApp(t).browser()
	b.get("/settings").wantRedirect("/signin?next=%2Fsettings")
	b.submit("/settings/name", url.Values{"fullName": {"A"}}).wantRedirect("/signin")
}

func TestSettingsChangeNameAndPassword(t *testing.T) {
	a := newApp(t)
	b := a.signedUp("Alice")
	phone := a.browser()
	phone.submit("/signin", url.Values{"email": {"alice@example.org"}, "password": {password}}).wantRedirect("/")
	b.submit("/settings/name", url.Values{"fullName": {" "}}).want(422).contains("The name is required.")
	b.submit("/settings/name", url.Values{"fullName": {"Queen Alice"}}).wantRedirect("/settings?done=name")
	b.get("/settings?done=name").want(200).contains("Name saved.", `value="Queen Alice"`)

	b.submit("/settings/password", url.Values{"current": {"guess"}, "password": {"another password"}}).want(422).
		contains("The current password is incorrect.")
	b.submit("/settings/password", url.Values{"current": {password}, "password": {"another password"}}).wantRedirect("/settings?done=password")
	b.get("/settings").want(200)
	phone.get("/settings").wantRedirect("/signin?next=%2Fsettings")
}

func TestSettingsListAndRevokeBrowsersAndTokens(t *testing.T) {
	a := newApp(t)
	b := a.signedUp("Alice")
	phone := a.browser()
	phone.header.Set("User-Agent", "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Mobile Safari/537.36")
	phone.submit("/signin", url.Values{"email": {"alice@example.org"}, "password": {password}}).wantRedirect("/")
	page := b.get("/settings").want(200).contains("Chrome on Android", "127.0.0.1", "This browser")
	forms := regexp.MustCompile(`/settings/sessions/\d+/revoke`).FindAllString(page.body, -1)
	if len(forms) != 2 {
		t.Fatalf("forms %v", forms)
	}
	b.submit(forms[0], nil).wantRedirect("/settings?done=session")
	phone.get("/settings").wantRedirect("/signin?next=%2Fsettings")

	b.submit("/settings/tokens", url.Values{"name": {" "}}).want(422).contains("The name is required.")
	page = b.submit("/settings/tokens", url.Values{"name": {"Deploy bot"}}).want(200).contains("Copy the token now.")
	token := regexp.MustCompile(tokenPrefix + `[\w-]+`).FindString(page.body)
	a.program(token).get("/api/me").want(200)
	page = b.get("/settings").want(200).contains("Deploy bot", "last used")
	if strings.Contains(page.body, token) {
		t.Error("the token is shown again")
	}
	b.submit(regexp.MustCompile(`/settings/tokens/\d+/revoke`).FindString(page.body), nil).wantRedirect("/settings?done=token")
	a.program(token).get("/api/me").want(http.StatusUnauthorized)

	b.submit(forms[1], nil).wantRedirect("/signin")
	if b.cookie() != "" {
		t.Error("the browser keeps the cookie of the session that it ended")
	}
}

func TestSettingsOfDemoUsersHaveNoPasswordForm(t *testing.T) {
	a := newApp(t)
	if _, err := a.SeedDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	b := a.browser()
	b.submit("/signin/demo", url.Values{"as": {"maya"}}).wantRedirect("/")
	if page := b.get("/settings").want(200); strings.Contains(page.body, "/settings/password") {
		t.Error("the page has the password form")
	}
}
