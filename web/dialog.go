package web

// DialogProps describe a modal dialog. A button opens it without script by
// commandfor={ ID } command="show-modal".
type DialogProps struct {
	ID    string
	Title string
	Lead  string // a sentence below the title; may be empty
	Open  bool   // shown at once, where a form came back with errors
}
