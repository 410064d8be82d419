package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTableIsSortedWithoutRepeatsAndShowsInvisibleCharacters(t *testing.T) {
	got := string(table(parse("😀\n⛓\ufe0f\u200d💥\n😀\n")))
	want := "{\n\t\"⛓\\ufe0f\\u200d💥\", \"😀\",\n}\n"
	if !strings.HasSuffix(got, want) {
		t.Errorf("got %s, want it to end with %s", got, want)
	}
}

func TestIncompleteListIsRefused(t *testing.T) {
	from, to := filepath.Join(t.TempDir(), "list"), filepath.Join(t.TempDir(), "table.go")
	if err := os.WriteFile(from, []byte("😀\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := generate(from, to); err == nil || !strings.Contains(err.Error(), "1 emoji") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(to); err == nil {
		t.Error("a table was written")
	}
}
