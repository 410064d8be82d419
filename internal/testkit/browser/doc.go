// Package browser drives Chromium in tests of pages.
//
// Start (browser.go) returns the one Chromium of the process, headless if such a build
// is installed; StartDesktop returns a full one, which can show notifications. Each
// Person is an isolated profile in it, and Page.NewTab opens another tab of a person.
//
// The verbs of a Page (verbs.go) wait up to testkit.Timeout for the element that they
// name, and report the content of the page if it does not appear. A page's errors in
// the console, violations of its content security policy included, fail the test unless
// AllowErrors (console.go) allows them.
//
// Page.WantAccessible (axe.go) checks the page with axe-core. Page.DeliverPush (push.go)
// and its neighbours stand in for a push service and for the user's clicks on
// notifications, which a browser under test does not have.
//
// # What it does not do
//
// It knows nothing of the app's pages; the verbs for their parts are in package apptest.
package browser
