package app

import (
	"context"

	"hubbub/internal/account"
)

// onlineByPresence lets account and chat ask presence who is online. It breaks the
// cycle: presence itself asks account for names.
type onlineByPresence struct{ app *App }

func (o onlineByPresence) Online(ctx context.Context, ids []int64) map[int64]account.Presence {
	return o.app.presence.Online(ctx, ids)
}

func (o onlineByPresence) Visible(userID int64) bool { return o.app.presence.Visible(userID) }

// seen notifies the features that show users in a place, chat and collab, that a
// user became visible or invisible to others.
func (a *App) seen(ctx context.Context, userID int64) {
	a.chat.VisibilityChanged(ctx, userID)
	a.collab.VisibilityChanged(ctx, userID)
}
