package collab

import (
	"testing"

	"hubbub/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
