// Package jstest tests the scripts in web/static. The tests run in Chromium
// against a server that sends exactly what each test wants, so that a break, a
// gap or a silence comes at a defined moment.
//
// The browser tests of the pages, against the whole application, are in internal/app.
package jstest
