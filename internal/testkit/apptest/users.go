package apptest

import (
	"net/http"
	"net/url"

	"hubbub/internal/testkit"
)

// Anonymous returns a client that is not signed in.
func (a *App) Anonymous() *testkit.Client { return testkit.NewClient(a.T, a.BaseURL()) }

// As returns a client that is signed in as a user of the demo, by the form of the
// sign-in page.
func (a *App) As(handle string) *testkit.Client {
	a.T.Helper()
	client := a.Anonymous()
	client.Do(http.MethodPost, "/signin/demo", url.Values{"as": {handle}}).Want(http.StatusSeeOther)
	return client
}

// ID returns the id of the client's user.
func (a *App) ID(client *testkit.Client) int64 {
	a.T.Helper()
	return testkit.As[Fields](client.Get("/api/me").Want(http.StatusOK)).ID
}

// Member is a new user. Other than the users of the demo, it has no notifications.
type Member struct {
	*testkit.Client
	ID     int64
	Handle string
}

// SignUp creates an account with this name and signs in.
func (a *App) SignUp(fullName string) Member {
	a.T.Helper()
	client := a.Anonymous().SignUp(fullName)
	me := testkit.As[struct {
		ID     int64
		Handle string
	}](client.Get("/api/me").Want(200))
	return Member{client, me.ID, me.Handle}
}
