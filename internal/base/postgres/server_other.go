//go:build !unix

package postgres

import (
	"context"
	"errors"
)

// Server is not supported on this system.
type Server struct{}

// StartServer returns an error that names the alternatives.
func StartServer(context.Context, ServerConfig) (*Server, error) {
	return nil, errors.New("the embedded Postgres needs a Unix: use WSL or docker compose, or set DATABASE_URL")
}

// URL is never called.
func (*Server) URL(string) string { return "" }

// Stop does nothing.
func (*Server) Stop() error { return nil }
