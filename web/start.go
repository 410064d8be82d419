package web

import (
	"strings"

	"github.com/a-h/templ"
)

// Start is what the start page shows beside the words.
type Start struct {
	Demo     bool            // people can be tried on without a password
	Counter  templ.Component // what everybody on the page can move
	Showcase templ.Component // a look inside, for guests
}

// greeting is by the first name.
func (v Viewer) greeting() string {
	first, _, _ := strings.Cut(v.FullName, " ")
	return "Hello, " + first
}
