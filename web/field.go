package web

import "github.com/a-h/templ"

// FieldProps describe a labelled input.
type FieldProps struct {
	ID           string // also its name, unless Name is set
	Name         string
	Label        string
	Type         string // of the input; "text" when empty
	Value        string
	Hint         string // below it, always
	Error        string // below it, instead of the hint; marks it invalid
	Autocomplete string
	Placeholder  string
	Required     bool
	MaxLength    int // 0: unlimited
	Attrs        templ.Attributes
}

func (p FieldProps) name() string {
	if p.Name != "" {
		return p.Name
	}
	return p.ID
}

func (p FieldProps) typ() string {
	if p.Type != "" {
		return p.Type
	}
	return "text"
}

// note is the id of what explains the field; empty when nothing does.
func (p FieldProps) note() string {
	if p.Error == "" && p.Hint == "" {
		return ""
	}
	return p.ID + "-note"
}

// CheckboxProps describe a box with its label.
type CheckboxProps struct {
	Name    string
	Value   string // sent when checked; "true" when empty
	Label   string
	Checked bool
	Attrs   templ.Attributes
}

func (p CheckboxProps) value() string {
	if p.Value != "" {
		return p.Value
	}
	return "true"
}
