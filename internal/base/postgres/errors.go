package postgres

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgconn"
)

// Violates reports whether err is a violation of this constraint: a unique index, a
// check, or a foreign key.
func Violates(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) &&
		pgerrcode.IsIntegrityConstraintViolation(pg.Code) && pg.ConstraintName == constraint
}

// Unavailable reports whether err means that the database cannot be reached, was lost, is shutting down, is out of
// disk space, memory or connections, or took too long, so that the same call may succeed later. It reports false for
// context.Canceled: there the caller gave up.
func Unavailable(err error) bool {
	switch {
	case err == nil || errors.Is(err, context.Canceled):
		return false
	case isUnavailableCode(err):
		return true
	}
	var connect *pgconn.ConnectError
	refused := errors.As(err, &connect)
	var pg *pgconn.PgError
	if errors.As(err, &pg) { // such as a wrong password, which a retry does not help
		return refused && pg.Code == pgerrcode.ObjectNotInPrerequisiteState // the database accepts no connections
	}
	var network net.Error
	return refused || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

func isUnavailableCode(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	switch pg.Code {
	case pgerrcode.AdminShutdown, pgerrcode.CrashShutdown, pgerrcode.CannotConnectNow,
		pgerrcode.QueryCanceled,    // by statement_timeout, or by an operator
		pgerrcode.LockNotAvailable: // by lock_timeout
		return true
	}
	return pgerrcode.IsConnectionException(pg.Code) || pgerrcode.IsInsufficientResources(pg.Code)
}

func isCode(err error, code string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == code
}
