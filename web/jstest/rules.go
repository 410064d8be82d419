package jstest

import (
	_ "embed" // for the tables
	"encoding/json"
	"testing"
)

//go:embed testdata/rules.json
var tables []byte

// Rules returns the cases of a rule that exists in Go and in JavaScript: the server
// renders a page, and a script keeps it up to date. Tests on both sides run them.
func Rules[Case any](t testing.TB, name string) []Case {
	t.Helper()
	var all map[string]json.RawMessage
	if err := json.Unmarshal(tables, &all); err != nil {
		t.Fatal(err)
	}
	var cases []Case
	if err := json.Unmarshal(all[name], &cases); err != nil || len(cases) == 0 {
		t.Fatalf("rules.json has no table %s: %v", name, err)
	}
	return cases
}
