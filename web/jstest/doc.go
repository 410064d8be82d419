// Package jstest holds the tests of the page's scripts in web/static/js: they
// run in a real Chromium against a server that says exactly what each test
// tells it to, so that a break, a gap or a silence comes when the test wants it.
//
// The pages' own stories, against the whole application, are in cmd/app.
package jstest
