package words_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// silent are the packages that answer no client: they print to a terminal, or make data up.
var silent = []string{"bench", "commands", "demo", "docs", "examples", "internal", "migrations", "pb_public", "sqlite", "test-results"}

// sinks are the functions whose argument of this number is a sentence for a client; those that pass one of their own on to them are found.
var sinks = map[string]int{
	"validation.NewError": 1,
	"BadRequestError":     0, "NotFoundError": 0, "ForbiddenError": 0, "UnauthorizedError": 0, "InternalServerError": 0, "TooManyRequestsError": 0,
	"NewBadRequestError": 0, "NewNotFoundError": 0, "NewForbiddenError": 0, "NewUnauthorizedError": 0, "NewTooManyRequestsError": 0,
	"NewInternalServerError": 0, "NewApiError": 1,
}

// code is the program's own, package by package.
type code struct {
	t        *testing.T
	set      *token.FileSet
	packages map[string][]*ast.File
	sinks    map[string]int // by package and function, or by method
	pending  bool           // another function was found to pass a sentence on
	found    map[string]token.Position
}

// sentences are all that the code says to clients, as format strings.
func sentences(t *testing.T) map[string]token.Position {
	c := &code{t: t, set: token.NewFileSet(), packages: map[string][]*ast.File{}, sinks: map[string]int{}}
	root := filepath.Join("..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && path != root && (strings.HasPrefix(name, ".") || slices.Contains(silent, name) || name == "node_modules") {
			return filepath.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(c.set, path, nil, parser.SkipObjectResolution)
		if err == nil {
			c.packages[file.Name.Name] = append(c.packages[file.Name.Name], file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for c.pending = true; c.pending; {
		c.pending, c.found = false, map[string]token.Position{}
		for name, files := range c.packages {
			for _, file := range files {
				for _, declaration := range file.Decls {
					c.read(name, declaration)
				}
			}
		}
	}
	return c.found
}

// read takes the sentences of a declaration.
func (c *code) read(pkg string, declaration ast.Decl) {
	function, _ := declaration.(*ast.FuncDecl)
	ast.Inspect(declaration, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.CallExpr:
			if i, ok := c.sink(pkg, n.Fun); ok && i < len(n.Args) {
				value := n.Args[i]
				if format, ok := value.(*ast.BasicLit); ok && format.Value == `"%s"` && i+1 < len(n.Args) {
					value = n.Args[i+1]
				}
				c.take(pkg, function, value)
			}
		case *ast.CompositeLit:
			if name := nameOf(n.Type); (name == "Problem" || name == "rules.Problem") && pkg != "audit" {
				for i, element := range n.Elts {
					if pair, ok := element.(*ast.KeyValueExpr); ok {
						if nameOf(pair.Key) == "Message" {
							c.take(pkg, function, pair.Value)
						}
					} else if i == 1 {
						c.take(pkg, function, element)
					}
				}
			}
		}
		return true
	})
}

// sink tells whether a function takes a sentence, and as which of its arguments.
func (c *code) sink(pkg string, called ast.Expr) (int, bool) {
	name := nameOf(called)
	owner, last := "", name
	if dot := strings.LastIndex(name, "."); dot >= 0 {
		owner, last = name[:dot], name[dot+1:]
	}
	for _, known := range []string{name, last} {
		if i, ok := sinks[known]; ok {
			return i, true
		}
	}
	switch {
	case owner == "":
	case c.packages[owner] != nil:
		pkg = owner
	default:
		last = method + last
	}
	i, ok := c.sinks[pkg+"."+last]
	return i, ok
}

// method marks the name of a method, which may be that of a function, too.
const method = "()."

// take keeps the sentences an expression may be.
func (c *code) take(pkg string, function *ast.FuncDecl, value ast.Expr) {
	for _, sentence := range c.sentencesOf(pkg, function, value, 0) {
		if sentence != "" && strings.Trim(sentence, "%sqdv. ") != "" {
			c.found[sentence] = c.set.Position(value.Pos())
		}
	}
}

// sentencesOf are all texts an expression may be, with verbs for what is known only when it runs.
func (c *code) sentencesOf(pkg string, function *ast.FuncDecl, value ast.Expr, depth int) []string {
	if depth > 6 {
		c.t.Errorf("%s: where this sentence comes from is too far away", c.set.Position(value.Pos()))
		return nil
	}
	switch v := value.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(v.Value)
		if err != nil {
			c.t.Errorf("%s: %v", c.set.Position(v.Pos()), err)
		}
		return []string{text}
	case *ast.ParenExpr:
		return c.sentencesOf(pkg, function, v.X, depth)
	case *ast.BinaryExpr:
		return []string{c.piece(pkg, v.X) + c.piece(pkg, v.Y)}
	case *ast.IndexExpr:
		if given, ok := v.X.(*ast.CompositeLit); ok {
			var all []string
			for _, element := range given.Elts {
				if pair, ok := element.(*ast.KeyValueExpr); ok {
					element = pair.Value
				}
				all = append(all, c.sentencesOf(pkg, function, element, depth+1)...)
			}
			return all
		}
	case *ast.CallExpr:
		return c.called(pkg, function, v, 0, depth+1)
	case *ast.SelectorExpr:
		if v.Sel.Name == "Message" {
			return nil // of a problem, which has its sentence from elsewhere
		}
		return c.named(nameOf(v.X), nil, v.Sel, depth+1)
	case *ast.Ident:
		return c.named(pkg, function, v, depth+1)
	}
	c.t.Errorf("%s: what this sentence is cannot be told", c.set.Position(value.Pos()))
	return nil
}

// called are the sentences a call gives as one of its results.
func (c *code) called(pkg string, function *ast.FuncDecl, call *ast.CallExpr, result, depth int) []string {
	name := nameOf(call.Fun)
	if name == "fmt.Sprintf" {
		return c.sentencesOf(pkg, function, call.Args[0], depth)
	}
	if strings.HasSuffix(name, ".Error") && len(call.Args) == 0 {
		return nil // of an error, which has its sentence from elsewhere
	}
	return c.returned(pkg, call, result, depth)
}

// piece is a part of a sentence that is put together.
func (c *code) piece(pkg string, value ast.Expr) string {
	switch v := value.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(v.Value)
		if err == nil {
			return text
		}
	case *ast.BinaryExpr:
		return c.piece(pkg, v.X) + c.piece(pkg, v.Y)
	case *ast.CallExpr:
		if nameOf(v.Fun) == "quote" {
			return "%q"
		}
	}
	return "%s"
}

// named are the sentences a name stands for: a constant, what a variable is set to, or what the callers of a function hand over.
func (c *code) named(pkg string, function *ast.FuncDecl, name *ast.Ident, depth int) []string {
	type given struct {
		value  ast.Expr
		result int // of a call that gives several
	}
	var values []given
	var closure string
	collect := func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.ValueSpec:
			for i, declared := range n.Names {
				if declared.Name == name.Name && i < len(n.Values) {
					values = append(values, given{n.Values[i], 0})
				}
			}
		case *ast.AssignStmt:
			for i, to := range n.Lhs {
				id, ok := to.(*ast.Ident)
				switch {
				case !ok:
				case len(n.Lhs) == len(n.Rhs):
					if id.Name == name.Name {
						values = append(values, given{n.Rhs[i], 0})
					}
					if literal, ok := n.Rhs[i].(*ast.FuncLit); ok && literal.Pos() < name.Pos() && name.Pos() < literal.End() {
						if at := parameter(literal.Type, name.Name); at >= 0 {
							closure = id.Name
							c.learn(pkg+"."+closure, at)
						}
					}
				case id.Name == name.Name:
					values = append(values, given{n.Rhs[0], i})
				}
			}
		}
		return true
	}
	if function != nil {
		ast.Inspect(function, collect)
		if closure != "" {
			return nil
		}
		if i := parameter(function.Type, name.Name); i >= 0 && len(values) == 0 {
			key := function.Name.Name
			if function.Recv != nil {
				key = method + key
			}
			c.learn(pkg+"."+key, i)
			return nil
		}
	}
	if len(values) == 0 {
		for _, file := range c.packages[pkg] {
			for _, declaration := range file.Decls {
				if general, ok := declaration.(*ast.GenDecl); ok {
					ast.Inspect(general, collect)
				}
			}
		}
	}
	if len(values) == 0 {
		c.t.Errorf("%s: what %s says cannot be told", c.set.Position(name.Pos()), name.Name)
	}
	var all []string
	for _, v := range values {
		if call, ok := v.value.(*ast.CallExpr); ok {
			all = append(all, c.called(pkg, function, call, v.result, depth)...)
		} else {
			all = append(all, c.sentencesOf(pkg, function, v.value, depth)...)
		}
	}
	return all
}

// learn keeps that a function passes one of its arguments on as a sentence.
func (c *code) learn(function string, argument int) {
	if _, known := c.sinks[function]; !known {
		c.sinks[function], c.pending = argument, true
	}
}

// returned are the sentences a function of ours may give as one of its results.
func (c *code) returned(pkg string, call *ast.CallExpr, result, depth int) (all []string) {
	name := nameOf(call.Fun)
	if from, local, ok := strings.Cut(name, "."); ok {
		if c.packages[from] != nil {
			pkg = from
		}
		name = local
	}
	known := false
	for _, file := range c.packages[pkg] {
		for _, declaration := range file.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if !ok || function.Name.Name != name || function.Body == nil {
				continue
			}
			known = true
			ast.Inspect(function.Body, func(node ast.Node) bool {
				switch back := node.(type) {
				case *ast.ReturnStmt:
					if len(back.Results) == 1 && result > 0 {
						if call, ok := back.Results[0].(*ast.CallExpr); ok {
							all = append(all, c.called(pkg, function, call, result, depth)...)
						}
					} else if result < len(back.Results) {
						all = append(all, c.sentencesOf(pkg, function, back.Results[result], depth)...)
					}
				case *ast.FuncLit:
					return false // what it returns is its own
				}
				return true
			})
		}
	}
	if !known {
		c.t.Errorf("%s: what %s says cannot be told", c.set.Position(call.Pos()), name)
	}
	return all
}

func parameter(function *ast.FuncType, name string) int {
	i := 0
	for _, list := range function.Params.List {
		for _, id := range list.Names {
			if id.Name == name {
				return i
			}
			i++
		}
	}
	return -1
}

func nameOf(value ast.Expr) string {
	switch v := value.(type) {
	case *ast.Ident:
		return v.Name
	case *ast.SelectorExpr:
		return fmt.Sprintf("%s.%s", nameOf(v.X), v.Sel.Name)
	case *ast.StarExpr:
		return nameOf(v.X)
	}
	return ""
}
