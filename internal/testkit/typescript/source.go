package typescript

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// source is what reflection cannot see of a package.
type source struct {
	docs      map[string]string   // comments, by "Type" and "Type.Field"
	constants map[string][]string // the literals of string constants, by their type
}

// readSource parses the Go files of a folder, without its tests. It panics if a file
// cannot be parsed: then its package could not have been compiled.
func readSource(folder string) *source {
	s := &source{docs: map[string]string{}, constants: map[string][]string{}}
	names, _ := filepath.Glob(filepath.Join(folder, "*.go")) // the pattern is valid
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			panic(err)
		}
		for _, decl := range file.Decls {
			if group, ok := decl.(*ast.GenDecl); ok {
				s.add(group)
			}
		}
	}
	return s
}

func (s *source) add(group *ast.GenDecl) {
	for _, spec := range group.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			s.addType(group, spec)
		case *ast.ValueSpec:
			s.addConstant(group, spec)
		}
	}
}

func (s *source) addType(group *ast.GenDecl, spec *ast.TypeSpec) {
	doc := spec.Doc
	if doc == nil {
		doc = group.Doc
	}
	s.docs[spec.Name.Name] = doc.Text()
	structure, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, field := range structure.Fields.List {
		for _, name := range field.Names {
			s.docs[spec.Name.Name+"."+name.Name] = field.Doc.Text() + field.Comment.Text()
		}
	}
}

func (s *source) addConstant(group *ast.GenDecl, spec *ast.ValueSpec) {
	named, ok := spec.Type.(*ast.Ident)
	if group.Tok != token.CONST || !ok {
		return
	}
	for _, value := range spec.Values {
		if literal, ok := value.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			s.constants[named.Name] = append(s.constants[named.Name], strings.ReplaceAll(literal.Value, `"`, "'"))
		}
	}
}
