package account

import (
	"testing"

	"hubbub/internal/testkit/browser"
)

func TestSignInWorksWithoutJavaScript(t *testing.T) {
	a := newApp(t)
	if _, err := a.SeedDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	maya := browser.Start(t).Person(t, a.url).DisableJS()
	maya.Goto("/signin?next=/settings").ClickText("button", "Maya Okafor").WantPath("/settings").Want("#sessions-title")
	maya.Goto("/signup?next=/settings").Type("#fullName", "Alice").Type("#email", "alice@example.org").Type("#password", password)
	maya.ClickText("button", "Create account").WantPath("/settings").WantValue("#fullName", "Alice")
}

func TestAccountPagesAreAccessible(t *testing.T) {
	a := newApp(t)
	if _, err := a.SeedDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	person := browser.Start(t).Person(t, a.url).ReduceMotion()
	person.Goto("/signin?next=/settings").ClickText("button", "Maya Okafor").WantPath("/settings")
	for _, width := range []int64{1440, 390} {
		person.SetViewport(width, 900)
		for _, path := range []string{"/signin", "/signup", "/settings?done=name"} {
			person.Goto(path).Want("h1").WantAccessibleInBothThemes()
		}
	}
}
