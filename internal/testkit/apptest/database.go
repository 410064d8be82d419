package apptest

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Conn returns a connection to the app's database that bypasses the app.
func (a *App) Conn() *pgx.Conn {
	a.T.Helper()
	if a.conn != nil {
		return a.conn
	}
	conn, err := pgx.Connect(context.Background(), a.DatabaseURL)
	if err != nil {
		a.T.Fatalf("connect to the app's database: %v", err)
	}
	a.conn = conn
	a.T.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// Exec changes the database without the app's knowledge.
func (a *App) Exec(sql string, args ...any) {
	a.T.Helper()
	if _, err := a.Conn().Exec(context.Background(), sql, args...); err != nil {
		a.T.Fatalf("%s: %v", sql, err)
	}
}

// Find reads one value from the database.
func Find[T any](a *App, sql string, args ...any) T {
	a.T.Helper()
	var v T
	if err := a.Conn().QueryRow(context.Background(), sql, args...).Scan(&v); err != nil {
		a.T.Fatalf("%s: %v", sql, err)
	}
	return v
}

// CutDatabase terminates all connections of the app to its database.
func (a *App) CutDatabase() {
	a.T.Helper()
	a.Exec(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`)
}
