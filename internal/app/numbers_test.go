package app_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"hubbub/internal/testkit/apptest"
)

// numbers are the limits of int32 and int64 and their neighbours, with whether they fit
// into an id, a cursor or a limit.
var numbers = map[string]bool{
	"2147483647": true, "2147483648": true, "4294967296": true, "9223372036854775807": true,
	"9223372036854775808": false, "18446744073709551616": false, "100000000000000000000000000000": false,
	"-9223372036854775809": false, "1e30": false,
}

// numeric are all input fields of actions and pages that are numbers or lists of numbers.
var numeric = strings.Fields(`after around before current cursorPosition docId epoch ids limit memberIds message number
	offset position productId quantity rate replyTo roomId schema seq userId`)

var pathParameter = regexp.MustCompile(`:\w+`)

func TestNumbersOfAnySizeCauseNoServerError(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, func(c *apptest.Config) { c.RequestRate = 0 })
	sam := app.As("sam")
	live := sam.Connect("")
	tried := 0
	for _, route := range app.Router().Routes() {
		if !strings.HasPrefix(route.Path, "/api/") || strings.HasSuffix(route.Path, "*") || route.Path == "/api/logout" {
			continue
		}
		for number := range numbers {
			path, data := pathParameter.ReplaceAllLiteralString(route.Path, number), in{}
			for _, name := range numeric {
				data[name] = number
			}
			if answer := live.Request(route.Method, path, data); answer.Status >= 500 {
				t.Errorf("%s %s with %s answers %d", route.Method, route.Path, number, answer.Status)
			}
			for _, name := range numeric { // one by one: an invalid field hides the later ones
				if answer := live.Request(route.Method, path, in{name: number}); answer.Status >= 500 {
					t.Errorf("%s %s with %s=%s answers %d", route.Method, route.Path, name, number, answer.Status)
				}
			}
			tried++
		}
	}
	if tried < 50*len(numbers) {
		t.Errorf("only %d routes were tried", tried/len(numbers))
	}
}

func TestListsRefuseNumbersThatDoNotFit(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, func(c *apptest.Config) { c.RequestRate = 0 })
	sam := app.As("sam")
	room := fmt.Sprint(app.Room(sam, "numbers"))
	for path, fields := range map[string]string{
		"/api/users?":                       "limit",
		"/api/chat/messages?roomId=" + room: "before around limit",
		"/api/notifications?":               "before after limit",
		"/api/orders?":                      "before limit",
		"/api/orders?status=pending":        "before limit",
		"/api/products?":                    "before limit",
		"/api/documents?":                   "before limit",
		"/api/search?query=a":               "limit offset",
		"/api/presence?":                    "ids",
		"/notifications?":                   "before limit",
		"/notifications?show=unread":        "before limit",
		"/dashboard?":                       "before",
		"/documents?":                       "before limit",
		"/search?query=a":                   "offset",
		"/rooms/" + room + "?":              "message before",
	} {
		for _, field := range strings.Fields(fields) {
			for number, fits := range numbers {
				want := http.StatusOK
				if !fits {
					want = http.StatusUnprocessableEntity
				}
				if answer := sam.Get(path + "&" + field + "=" + number); answer.Status != want {
					t.Errorf("%s&%s=%s answers %d, want %d: %.200s", path, field, number, answer.Status, want, answer.Body)
				}
			}
		}
	}
}
