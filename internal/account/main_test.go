package account_test

import (
	"testing"

	"hubbub/internal/testkit/apptest"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// in is the input of an action.
type in = map[string]any
