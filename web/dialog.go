package web

// DialogProps describe a modal dialog. A button with commandfor={ ID } and
// command="show-modal" opens it without script.
type DialogProps struct {
	ID    string
	Title string
	Lead  string // a sentence below the title; may be empty
	Open  bool   // shown at once, for a form that came back with errors
}
