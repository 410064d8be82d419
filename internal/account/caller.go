package account

import (
	"context"
	"time"

	"hubbub/internal/base/fault"
)

// Caller is the user behind a request, with the session or token that proves it.
type Caller struct {
	User
	Session string    // "session:12" or "token:3"
	Expires time.Time // zero: never, for a token without an expiry
}

type callerKey struct{}

// WithCaller returns a context that carries the caller. The middleware does
// this for HTTP; the socket's base context gets it once, at the handshake.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerFrom returns the caller, or false if the caller is not signed in.
func CallerFrom(ctx context.Context) (Caller, bool) {
	c, ok := ctx.Value(callerKey{}).(Caller)
	return c, ok
}

// SignedIn returns the caller, or the fault 401.
func SignedIn(ctx context.Context) (Caller, error) {
	c, ok := CallerFrom(ctx)
	if !ok {
		return Caller{}, fault.SignInRequired()
	}
	return c, nil
}
