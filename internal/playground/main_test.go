package playground_test

import (
	"testing"

	"hubbub/internal/testkit/apptest"
)

func TestMain(m *testing.M) { apptest.Main(m) }
