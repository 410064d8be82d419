package web

import (
	"strings"

	"github.com/a-h/templ"
)

// Start is the content of the start page.
type Start struct {
	Demo     bool            // guests can sign in as a demo user without a password
	Counter  templ.Component // the counter that all visitors share
	Showcase templ.Component // a preview of the product, for guests
}

// greeting addresses the viewer by the first name.
func (v Viewer) greeting() string {
	first, _, _ := strings.Cut(v.FullName, " ")
	return "Hello, " + first
}
