package app

import (
	"context"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/testkit"
)

// admin returns a connection to the app's database that bypasses the app.
func (i *instance) admin() *pgx.Conn {
	i.t.Helper()
	if i.conn != nil {
		return i.conn
	}
	conn, err := pgx.Connect(context.Background(), i.config.DatabaseURL)
	if err != nil {
		i.t.Fatalf("connect to the app's database: %v", err)
	}
	i.conn = conn
	i.t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// exec changes the database without the app's knowledge.
func (i *instance) exec(sql string, args ...any) {
	i.t.Helper()
	if _, err := i.admin().Exec(context.Background(), sql, args...); err != nil {
		i.t.Fatalf("%s: %v", sql, err)
	}
}

// find reads one value from the database.
func find[T any](i *instance, sql string, args ...any) T {
	i.t.Helper()
	var v T
	if err := i.admin().QueryRow(context.Background(), sql, args...).Scan(&v); err != nil {
		i.t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// cutDatabase terminates all connections of the app to its database.
func (i *instance) cutDatabase() {
	i.t.Helper()
	i.exec(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`)
}

// send sends a chat message and returns its id.
func (i *instance) send(client *testkit.Client, room int64, text string) int64 {
	i.t.Helper()
	return testkit.As[thing](client.Post("/api/chat/send", in{"roomId": room, "text": text}).Want(200)).ID
}
