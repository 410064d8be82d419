package app

import (
	"net/http"
	"testing"

	"hubbub/internal/testkit"
)

func TestRevocationClosesSocketsOnAnotherNode(t *testing.T) {
	t.Parallel()
	here := startApp(t, fastPresence)
	there := startAppOn(t, here.config.DatabaseURL, fastPresence)
	testkit.Eventually(t, "each node knows of the other", testkit.Patience, func() bool {
		return there.presence.Nodes() == 2
	})

	sam := here.as("sam")
	browser := sam.At(there.at()).Connect("")
	token := testkit.As[struct {
		ID    int64  `json:"id"`
		Token string `json:"token"`
	}](here.as("maya").Post("/api/tokens", in{"name": "robot"}).Want(http.StatusOK))
	program := there.anonymous().WithToken(token.Token).Connect("")
	other := there.as("theo").Connect("")

	sam.Post("/api/logout", nil).Want(http.StatusNoContent)
	browser.WantClosed(4401)
	here.exec(`delete from account.tokens where id = $1`, token.ID)
	program.WantClosed(4401)
	other.Get("/api/me", nil).Want(http.StatusOK)
}
