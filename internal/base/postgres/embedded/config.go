package embedded

import (
	"log/slog"

	"hubbub/internal/base/loop"
)

// Name is the name of the server's superuser and of the app's database.
const Name = "hubbub"

// Config describes a server.
type Config struct {
	Dir       string       // in which the cluster's folder, postgres-<version>, is created
	Log       *slog.Logger // nil: slog.Default()
	Guard     loop.Guard   // catches panics in the supervisor; without a logger it uses Log
	Throwaway bool         // for tests: fast, but a crash of the server may lose data
}
