package apptest

import (
	"net/http"

	"hubbub/internal/testkit"
)

// NewDocument creates a document and returns its id.
func NewDocument(owner *testkit.Client, title, markdown string) int64 {
	return testkit.As[Fields](owner.Post("/api/documents", map[string]string{"title": title, "markdown": markdown}).Want(http.StatusOK)).ID
}
