package app

import (
	"context"
	"log/slog"

	"hubbub/internal/account"
	"hubbub/internal/live/hub"
)

// contextHandler adds ids from the context to every log line, if it has them: of the
// request, the connection and the user.
type contextHandler struct{ slog.Handler }

type requestKey struct{}

func withRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, id)
}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// Handle adds the ids and passes the record on.
func (h contextHandler) Handle(ctx context.Context, r slog.Record) error {
	if id := requestID(ctx); id != "" {
		r.AddAttrs(slog.String("request", id))
	}
	if conn := hub.ConnFromContext(ctx); conn != nil {
		r.AddAttrs(slog.String("connection", conn.ID()))
	}
	if caller, ok := account.CallerFrom(ctx); ok {
		r.AddAttrs(slog.Int64("user", caller.ID))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs returns a contextHandler, so that the ids are added there, too.
func (h contextHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return contextHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup returns a contextHandler, so that the ids are added there, too.
func (h contextHandler) WithGroup(name string) slog.Handler {
	return contextHandler{h.Handler.WithGroup(name)}
}
