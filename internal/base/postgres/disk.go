package postgres

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// ErrDiskFull means that the server recently failed to write for lack of disk space.
var ErrDiskFull = errors.New("the database is out of disk space")

// diskFullFor is how long a node is not ready after a write failed because the disk was full. Every node writes more
// often than that, at least its heartbeat, so it stays not ready while the disk is full.
const diskFullFor = 10 * time.Second

// diskHealth records when a write last failed because the disk was full.
type diskHealth struct{ fullAt atomic.Int64 } // in Unix nanoseconds; 0: never

// watch records such errors of the connections, also those in transactions and batches.
func (h *diskHealth) watch(config *pgx.ConnConfig) {
	handle := config.OnPgError
	config.OnPgError = func(conn *pgconn.PgConn, err *pgconn.PgError) bool {
		if err.Code == pgerrcode.DiskFull {
			h.fullAt.Store(time.Now().UnixNano())
		}
		return handle(conn, err)
	}
}

// check returns ErrDiskFull if a write failed within the last diskFullFor.
func (h *diskHealth) check() error {
	if at := h.fullAt.Load(); at != 0 && time.Since(time.Unix(0, at)) < diskFullFor {
		return ErrDiskFull
	}
	return nil
}
