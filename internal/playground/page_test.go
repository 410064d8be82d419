package playground_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/browser"
)

func TestCounterIsLiveForGuests(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	guest := app.Browser(app.Anonymous()).Visit("/")
	sam := app.Open(app.As("sam"), "/playground")
	before := browser.Eval[int](sam.Page, `Number(document.querySelector("[data-counter]").dataset.counter)`)
	guest.WantText("h1", "A workspace").WantAccessible().ClickText("button", "Add one").WantText("[data-counter]", fmt.Sprint(before+1))
	sam.WantText("[data-counter]", fmt.Sprint(before+1)).ClickText("button", "Say hello").WantText("[data-party]", "that’s you")
	guest.ClickText("a", "Playground").WantText("h1", "Playground")
	guest.WaitUntilLive().ClickText("button", "Say hello").WantCount("[data-party] li", 1)
	sam.WantCount("[data-party] li", 2)
	plain := app.Anonymous()
	plain.Do(http.MethodPost, "/counter", url.Values{"back": {"/playground"}}).Want(http.StatusSeeOther)
	sam.WantText("[data-counter]", fmt.Sprint(before+2))
	plain.Do(http.MethodGet, "/say/hello", nil).Want(http.StatusBadRequest)
}
