package account

import (
	"testing"

	"hubbub/internal/testkit"
)

func TestSigningInNeedsNoScript(t *testing.T) {
	a := newApp(t)
	if _, err := a.SeedDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	maya := testkit.Browser(t).Person(t, a.url).DisableJS()
	maya.Goto("/signin?next=/settings").ClickText("button", "Maya Okafor").WantPath("/settings").Want("#sessions-title")
	maya.Goto("/signup?next=/settings").Type("#fullName", "Alice").Type("#email", "alice@example.org").Type("#password", password)
	maya.ClickText("button", "Create the account").WantPath("/settings").WantValue("#fullName", "Alice")
}

func TestTheAccountsPagesAreAccessible(t *testing.T) {
	a := newApp(t)
	if _, err := a.SeedDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	person := testkit.Browser(t).Person(t, a.url).ReduceMotion()
	person.Goto("/signin?next=/settings").ClickText("button", "Maya Okafor").WantPath("/settings")
	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int64{1440, 390} {
			person.PreferTheme(theme).SetViewport(width, 900)
			person.Goto("/signin").Want("h1").WantAccessible()
			person.Goto("/signup").Want("h1").WantAccessible()
			person.Goto("/settings?done=name").Want("h1").WantAccessible()
		}
	}
}
