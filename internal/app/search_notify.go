package app

import (
	"context"
	"fmt"
	"net/http"

	"hubbub/internal/base/fault"
	"hubbub/internal/notify"
	"hubbub/internal/search"
)

// savedNotices lets search notify users of new results of their saved searches.
type savedNotices struct{ app *App }

func (n savedNotices) Found(ctx context.Context, userID int64, saved search.Saved, r search.Result) error {
	err := n.app.notify.Send(ctx, notify.Notification{
		UserID: userID, Type: notify.Search,
		Key:      fmt.Sprintf("saved:%d/%s:%d", saved.ID, r.Kind, r.ID),
		GroupKey: fmt.Sprint("saved:", saved.ID),
		Title:    fmt.Sprintf("New result for “%s”: %s", saved.Query, r.Title),
		Titles:   fmt.Sprintf("%s new results for “%s”", notify.Many, saved.Query),
		Message:  r.Plain(), URL: r.URL,
		Data: map[string]any{"savedSearchId": saved.ID, "kind": r.Kind, "id": r.ID},
		Rule: "You turned on notifications for this saved search.",
	})
	if fault.Is(err, http.StatusNotFound) {
		return nil // the user was deleted, and so was the saved search
	}
	return err
}
