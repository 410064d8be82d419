//go:build !unix

package embedded

import (
	"context"
	"errors"
)

// Server is not supported on this system.
type Server struct{}

// Start returns an error that names the alternatives.
func Start(context.Context, Config) (*Server, error) {
	return nil, errors.New("the embedded Postgres needs a Unix: use WSL or docker compose, or set DATABASE_URL")
}

// URL is never called.
func (*Server) URL(string) string { return "" }

// Owned reports false.
func (*Server) Owned() bool { return false }

// Stop does nothing.
func (*Server) Stop() error { return nil }
