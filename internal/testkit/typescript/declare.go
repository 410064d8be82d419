package typescript

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// Declarations collects the types that it is asked for, and those to which they refer.
type Declarations struct {
	root  string // the folder of the module
	known map[reflect.Type]string
	done  map[string]map[string]string // the declarations, by package and name
	read  map[string]*source           // by the path of the package
}

// New returns Declarations without types. The root is the folder of this module. Types
// that write their own JSON are known by their TypeScript.
func New(root string, known map[reflect.Type]string) *Declarations {
	return &Declarations{root: root, known: known, done: map[string]map[string]string{}, read: map[string]*source{}}
}

var marshaler = reflect.TypeFor[json.Marshaler]()

// TypeOf returns the TypeScript of a value's type, such as "chat.Message[]". It panics
// if the type has no JSON, or writes its own and is not known.
func (d *Declarations) TypeOf(value any) string { return d.typeOf(reflect.TypeOf(value)) }

func (d *Declarations) typeOf(t reflect.Type) string {
	if known, ok := d.known[t]; ok {
		return known
	}
	if t.Kind() != reflect.Pointer && t.Implements(marshaler) {
		panic(fmt.Sprintf("%s writes its own JSON, but its TypeScript is not known", t))
	}
	switch t.Kind() {
	case reflect.Pointer:
		return d.typeOf(t.Elem()) + " | null"
	case reflect.Slice, reflect.Array:
		return d.elements(t.Elem()) + "[]"
	case reflect.Map:
		return "Record<string, " + d.typeOf(t.Elem()) + ">"
	case reflect.Interface:
		return "any"
	case reflect.Bool:
		return "boolean"
	case reflect.Struct:
		return d.named(t)
	case reflect.String:
		if t.PkgPath() == "" {
			return "string"
		}
		return d.named(t)
	}
	if t.Kind() >= reflect.Int && t.Kind() <= reflect.Float64 {
		return "number"
	}
	panic(fmt.Sprintf("%s has no TypeScript", t))
}

func (d *Declarations) elements(t reflect.Type) string {
	element := d.typeOf(t)
	if strings.Contains(element, " ") {
		return "(" + element + ")"
	}
	return element
}

// named returns the qualified name of a named type, and declares the type at first.
func (d *Declarations) named(t reflect.Type) string {
	pkg := path.Base(t.PkgPath())
	if d.done[pkg] == nil {
		d.done[pkg] = map[string]string{}
	}
	if _, ok := d.done[pkg][t.Name()]; !ok {
		d.done[pkg][t.Name()] = "" // a type may refer to itself
		d.done[pkg][t.Name()] = d.declare(t)
	}
	return pkg + "." + t.Name()
}

func (d *Declarations) declare(t reflect.Type) string {
	source := d.sourceOf(t.PkgPath())
	var out strings.Builder
	out.WriteString(comment("  ", source.docs[t.Name()]))
	if t.Kind() == reflect.String {
		values := source.constants[t.Name()]
		if len(values) == 0 {
			values = []string{"string"}
		}
		fmt.Fprintf(&out, "  type %s = %s\n", t.Name(), strings.Join(values, " | "))
		return out.String()
	}
	var extends []string
	for field := range fields(t) {
		if field.Anonymous && field.Tag.Get("json") == "" {
			extends = append(extends, d.typeOf(field.Type))
		}
	}
	fmt.Fprintf(&out, "  interface %s ", t.Name())
	if len(extends) > 0 {
		fmt.Fprintf(&out, "extends %s ", strings.Join(extends, ", "))
	}
	out.WriteString("{\n")
	for field := range fields(t) {
		out.WriteString(d.field(source, t, field))
	}
	out.WriteString("  }\n")
	return out.String()
}

// fields returns the exported fields of a struct.
func fields(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if field := t.Field(i); field.IsExported() && !yield(field) {
				return
			}
		}
	}
}

func (d *Declarations) field(s *source, t reflect.Type, field reflect.StructField) string {
	name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
	if name == "-" || name == "" {
		return ""
	}
	kind := d.typeOf(field.Type)
	if strings.Contains(options, "omitempty") {
		name += "?"
		kind = strings.TrimSuffix(kind, " | null")
	}
	return comment("    ", s.docs[t.Name()+"."+field.Name]) + "    " + name + ": " + kind + "\n"
}

func comment(indent, text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" {
		return ""
	}
	return indent + "/** " + text + " */\n"
}

// Text returns all declarations, one namespace a package.
func (d *Declarations) Text() string {
	var out strings.Builder
	for _, pkg := range slices.Sorted(maps.Keys(d.done)) {
		fmt.Fprintf(&out, "export namespace %s {\n", pkg)
		names := slices.Sorted(maps.Keys(d.done[pkg]))
		for i, name := range names {
			if i > 0 {
				out.WriteString("\n")
			}
			out.WriteString(d.done[pkg][name])
		}
		out.WriteString("}\n\n")
	}
	return out.String()
}

// sourceOf reads the comments and constants of a package of this module.
func (d *Declarations) sourceOf(pkgPath string) *source {
	if d.read[pkgPath] == nil {
		_, below, _ := strings.Cut(pkgPath, "/")
		d.read[pkgPath] = readSource(filepath.Join(d.root, below))
	}
	return d.read[pkgPath]
}
