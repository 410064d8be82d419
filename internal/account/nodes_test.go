package account_test

import (
	"net/http"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

func TestRevocationClosesSocketsOnAnotherNode(t *testing.T) {
	t.Parallel()
	here := apptest.Start(t, apptest.FastPresence)
	there := apptest.StartOn(t, here.DatabaseURL, apptest.FastPresence)
	testkit.Eventually(t, "each node knows of the other", testkit.Timeout, func() bool {
		return there.Presence().Nodes() == 2
	})

	sam := here.As("sam")
	browser := sam.At(there.BaseURL()).Connect("")
	token := testkit.As[struct {
		ID    int64  `json:"id"`
		Token string `json:"token"`
	}](here.As("maya").Post("/api/tokens", in{"name": "robot"}).Want(http.StatusOK))
	program := there.Anonymous().WithToken(token.Token).Connect("")
	other := there.As("theo").Connect("")

	sam.Post("/api/logout", nil).Want(http.StatusNoContent)
	browser.WantClosed(4401)
	here.Exec(`delete from account.tokens where id = $1`, token.ID)
	program.WantClosed(4401)
	other.Get("/api/me", nil).Want(http.StatusOK)
}
