package app_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"hubbub/internal/testkit/apptest"
)

// docs/protocol.md has each action and handshake of the router, and none that there is
// not. Pages with their fragments and forms are no contract: only some are listed.
func TestRoutesAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	var routes []string
	for _, r := range apptest.Start(t).Router().Routes() {
		if r.Method != echo.RouteNotFound {
			routes = append(routes, r.Method+" "+r.Path)
		}
	}
	for _, breach := range undocumented(routes, string(page)) {
		t.Error(breach)
	}
}

func TestUndocumentedRoutesAreFound(t *testing.T) {
	page := "`/rooms`, `/rooms/:id`\n" +
		"| `GET · POST /api/rooms` · `DELETE /api/rooms/:id` | – | 204, see `/api/gone` |\n" +
		"| `POST /api/tokens` · `GET` | a `name` | `GET /api/old?limit` |\n"
	routes := []string{
		"GET /rooms", "GET /rooms/:room", "POST /rooms", "GET /api/rooms", "POST /api/rooms", "DELETE /api/rooms/:room",
		"POST /api/tokens", "GET /api/tokens", "DELETE /api/tokens/:id", "GET /socket",
	}
	want := []string{
		"docs/protocol.md does not have DELETE /api/tokens/:id",
		"docs/protocol.md does not have GET /socket",
		"docs/protocol.md has GET /api/old, which is not a route",
	}
	if breaches := undocumented(routes, page); !slices.Equal(breaches, want) {
		t.Errorf("got %q", breaches)
	}
}

// undocumented compares the router's routes with those that the page names.
func undocumented(routes []string, page string) []string {
	documented, known := documentedRoutes(page), map[string]bool{"GET /metrics": true} // on the operations port
	var breaches []string
	for _, route := range routes {
		plain := parameter.ReplaceAllString(route, ":")
		known[plain] = true
		_, path, _ := strings.Cut(route, " ")
		action := strings.HasPrefix(path, "/api/") || slices.Contains([]string{"/socket", "/say/hello", "/healthz", "/readyz"}, path)
		if action && !slices.Contains(documented, plain) {
			breaches = append(breaches, "docs/protocol.md does not have "+route)
		}
	}
	for _, route := range documented {
		if !known[route] {
			breaches = append(breaches, "docs/protocol.md has "+route+", which is not a route")
		}
	}
	return breaches
}

var (
	codeSpan   = regexp.MustCompile("`[^`\n]+`")
	routeNamed = regexp.MustCompile(`^((?:(?:GET|POST|PUT|PATCH|DELETE)(?: · )?)+)(?: (/[^ ?]*)\S*)?$`)
)

// documentedRoutes are the code spans of a method and a path, with parameters named ":".
// A span may have several methods; one without a path has that of the span before it on
// its line.
func documentedRoutes(page string) []string {
	var all []string
	for line := range strings.SplitSeq(page, "\n") {
		path := ""
		for _, span := range codeSpan.FindAllString(line, -1) {
			match := routeNamed.FindStringSubmatch(strings.Trim(span, "`"))
			if match == nil {
				continue
			}
			if match[2] != "" {
				path = parameter.ReplaceAllString(match[2], ":")
			}
			if path == "" {
				continue
			}
			for method := range strings.SplitSeq(match[1], " · ") {
				all = append(all, method+" "+path)
			}
		}
	}
	return all
}
