//go:build !unix

package postgres

import (
	"context"
	"errors"
)

// Server can't exist here.
type Server struct{}

// StartServer says what to do instead.
func StartServer(context.Context, ServerConfig) (*Server, error) {
	return nil, errors.New("the embedded Postgres needs a Unix: use WSL or docker compose, or set DATABASE_URL")
}

// URL is never called: there is no server.
func (*Server) URL(string) string { return "" }

// Stop has nothing to stop.
func (*Server) Stop() error { return nil }
