package postgres

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// ErrDiskFull means that the server lately failed to write for want of disk space.
var ErrDiskFull = errors.New("the database is out of disk space")

// diskFullFor is how long a node counts as not ready after a write met a full disk. Every node writes more often
// than that, if only its heartbeat, so it stays not ready while the disk is full.
const diskFullFor = 10 * time.Second

// diskHealth is when a write last met a full disk.
type diskHealth struct{ fullAt atomic.Int64 } // in Unix nanoseconds; 0: never

// watch notes each such error of the connections, in transactions and batches, too.
func (h *diskHealth) watch(config *pgx.ConnConfig) {
	handle := config.OnPgError
	config.OnPgError = func(conn *pgconn.PgConn, err *pgconn.PgError) bool {
		if err.Code == pgerrcode.DiskFull {
			h.fullAt.Store(time.Now().UnixNano())
		}
		return handle(conn, err)
	}
}

// check returns ErrDiskFull if the disk was full lately.
func (h *diskHealth) check() error {
	if at := h.fullAt.Load(); at != 0 && time.Since(time.Unix(0, at)) < diskFullFor {
		return ErrDiskFull
	}
	return nil
}
