package web

import (
	"maps"

	"github.com/a-h/templ"
)

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
	Rows         int // over 0: a text of several lines
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

// attributes are those that an input and a textarea share.
func (p FieldProps) attributes() templ.Attributes {
	all := templ.Attributes{"id": p.ID, "name": p.name(), "required": p.Required}
	for name, value := range map[string]string{
		"autocomplete":     p.Autocomplete,
		"placeholder":      p.Placeholder,
		"aria-describedby": p.note(),
	} {
		if value != "" {
			all[name] = value
		}
	}
	if p.MaxLength > 0 {
		all["maxlength"] = decimal(p.MaxLength)
	}
	if p.Error != "" {
		all["aria-invalid"] = "true"
	}
	maps.Copy(all, p.Attrs)
	return all
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
