package app_test

import (
	"os"
	"testing"

	"hubbub/internal/app"
	"hubbub/internal/testkit/apptest"
)

func TestMain(m *testing.M) {
	if os.Getenv(mainVariable) != "" {
		os.Exit(app.Main(nil))
	}
	apptest.Main(m)
}

// in is the input of an action.
type in = map[string]any
