package app_test

import (
	"net/http"
	"testing"

	"hubbub/internal/testkit/apptest"
)

func TestFramesAreAnsweredUncompressed(t *testing.T) {
	t.Parallel()
	live := apptest.Start(t).As("sam").Connect("")
	live.Raw(`{"id":1000,"url":"/rooms","headers":{"Accept":"text/html","Accept-Encoding":"gzip"}}`).
		Want(http.StatusOK).WantBody("<!doctype html>")
}
