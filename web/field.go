package web

import (
	"maps"

	"github.com/a-h/templ"
)

// FieldProps describe a labelled input.
type FieldProps struct {
	ID           string // also the name, unless Name is set
	Name         string
	Label        string
	Type         string // of the input; empty is "text"
	Value        string
	Hint         string // below the input
	Error        string // below the input, instead of the hint; marks it as invalid
	Autocomplete string
	Placeholder  string
	Required     bool
	MaxLength    int // 0: unlimited
	Rows         int // if over 0, a textarea of so many rows
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

// note returns the id of the hint or error, or "" if there is neither.
func (p FieldProps) note() string {
	if p.Error == "" && p.Hint == "" {
		return ""
	}
	return p.ID + "-note"
}

// attributes returns the attributes that an input and a textarea share.
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

// CheckboxProps describe a checkbox with its label.
type CheckboxProps struct {
	Name    string
	Value   string // sent when checked; empty is "true"
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
