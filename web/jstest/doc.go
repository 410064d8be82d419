// Package jstest tests the scripts in web/static. The tests run in Chromium
// against a server that sends exactly what each test wants, so that a break, a
// gap or a silence comes at a defined moment.
//
// Some rules exist in Go and in JavaScript, because the server renders a page and a
// script keeps it up to date. testdata/rules.json has cases for them, which tests on both
// sides run (rules.go: Rules).
//
// The browser tests of the pages, against the whole application, are beside the features.
package jstest
