package web

import "github.com/a-h/templ"

// ButtonKind is the emphasis of a button; the empty one is plain.
type ButtonKind string

// A view has at most one primary button.
const (
	ButtonPrimary ButtonKind = "primary"
	ButtonGhost   ButtonKind = "ghost"
	ButtonDanger  ButtonKind = "danger"
)

// ButtonSize is a button's height; the empty one is 32 px, or 44 px on touch
// screens.
type ButtonSize string

const (
	ButtonSmall ButtonSize = "small" // 26 px
	ButtonBig   ButtonSize = "big"   // 40 px
)

// ButtonProps describe a button with text, which is its children.
type ButtonProps struct {
	Kind     ButtonKind
	Size     ButtonSize
	Icon     string // before the text; may be empty
	Href     string // if set, the button is a link
	Submit   bool   // submits its form
	Busy     bool   // shows a spinner and ignores clicks
	Disabled bool
	Attrs    templ.Attributes
}

func (p ButtonProps) class() []string {
	return []string{"btn", string(p.Kind), string(p.Size)}
}

func (p ButtonProps) typ() string {
	if p.Submit {
		return "submit"
	}
	return "button"
}

// IconButtonProps describe a button that shows only an icon.
type IconButtonProps struct {
	Icon   string
	Label  string // required, for screen readers
	Small  bool
	Submit bool
	Attrs  templ.Attributes // such as aria-pressed
}

func (p IconButtonProps) typ() string { return ButtonProps{Submit: p.Submit}.typ() }

// SegmentedProps describe a row of options of which one is selected.
type SegmentedProps struct {
	Label   string // of the row
	Options []Segment
}

// Segment is one option: a link if it has an Href, otherwise a toggle button.
type Segment struct {
	Label    string
	Icon     string
	IconOnly bool // the label is only for screen readers
	On       bool
	Href     string
	Attrs    templ.Attributes
}

func pressed(on bool) string {
	if on {
		return "true"
	}
	return "false"
}
