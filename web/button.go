package web

import "github.com/a-h/templ"

// ButtonKind is how much a button asks for attention; the empty one is plain.
type ButtonKind string

// One primary button a view at most.
const (
	ButtonPrimary ButtonKind = "primary"
	ButtonGhost   ButtonKind = "ghost"
	ButtonDanger  ButtonKind = "danger"
)

// ButtonSize is a button's height; the empty one is 32 px, 44 on touch.
type ButtonSize string

const (
	ButtonSmall ButtonSize = "small" // 26 px
	ButtonBig   ButtonSize = "big"   // 40 px
)

// ButtonProps describe a button with words; the words are its children.
type ButtonProps struct {
	Kind     ButtonKind
	Size     ButtonSize
	Icon     string // before the words; may be empty
	Href     string // set: it is a link that looks like a button
	Submit   bool   // it submits its form
	Busy     bool   // it spins and takes no clicks
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
	Label  string // required: it is all that a screen reader has
	Small  bool
	Submit bool
	Attrs  templ.Attributes // such as aria-pressed
}

func (p IconButtonProps) typ() string { return ButtonProps{Submit: p.Submit}.typ() }

// SegmentedProps describe a row of choices of which one is on.
type SegmentedProps struct {
	Label   string // what is chosen
	Options []Segment
}

// Segment is one choice: a link when it has an Href, else a toggle button.
type Segment struct {
	Label    string
	Icon     string
	IconOnly bool // the label is spoken, not shown
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
