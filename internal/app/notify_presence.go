package app

import (
	"context"

	"hubbub/internal/notify"
)

// attendance lets notify ask presence for a user's status, and whether the user is active.
type attendance struct{ app *App }

func (a attendance) Attending(ctx context.Context, userID int64) notify.Attention {
	status, active := a.app.presence.Attending(ctx, userID)
	return notify.Attention{Status: string(status), Active: active}
}
