package action_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"hubbub/internal/live/hub"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hubbub/internal/base/action"
	"hubbub/internal/base/fault"
	"hubbub/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

type input struct {
	ID     action.ID      `json:"id"`
	Text   string         `json:"text" required:"true"`
	After  *action.Cursor `json:"after"`
	Limit  action.Limit   `json:"limit"`
	On     action.Bool    `json:"on"`
	People action.IDs     `json:"people"`
	Client *action.UUID   `json:"client"`
}

func (in input) Validate() error {
	if in.Text == "refused" {
		return fault.Conflict("Not that.")
	}
	return nil
}

// bind sends a request to an action that reads an input, and returns both.
func bind(t *testing.T, method, target, kind, body string) (input, *httptest.ResponseRecorder) {
	t.Helper()
	var in input
	e := echo.New()
	e.HTTPErrorHandler = action.ErrorHandler(slog.New(slog.DiscardHandler), noPage)
	do := func(c echo.Context) error { return action.NoContent(c, action.Bind(c, &in)) }
	e.Any("/things/:id", do)
	e.Any("/api/things/:id", do)
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set(echo.HeaderContentType, kind)
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return in, w
}

func noPage(_ echo.Context, f *fault.Fault) templ.Component {
	return templ.Raw("<h1>" + f.Title() + "</h1>")
}

func TestBindReadsQueryJSONAndForm(t *testing.T) {
	after, client := action.Cursor(0), action.UUID("0b5c7a2e-4f0e-4d0a-9d8e-1c2b3a4d5e6f")
	want := input{ID: 7, Text: "hi", After: &after, Limit: 20, On: true, People: action.IDs{1, 2}, Client: &client}
	for _, c := range []struct{ name, method, target, kind, body string }{
		{"query", "GET", "/things/7?text=hi&after=0&limit=20&on=true&people=1,2&client=0B5C7A2E-4F0E-4D0A-9D8E-1C2B3A4D5E6F", "", ""},
		{"JSON", "POST", "/things/7", echo.MIMEApplicationJSON, `{"text":"hi","after":0,"limit":20,"on":true,"people":[1,2],"client":"0b5c7a2e-4f0e-4d0a-9d8e-1c2b3a4d5e6f","newer":{}}`},
		{"JSON with strings", "POST", "/things/7", echo.MIMEApplicationJSON, `{"id":9,"text":"hi","after":"0","limit":"20","on":"on","people":["1","2"],"client":"0b5c7a2e-4f0e-4d0a-9d8e-1c2b3a4d5e6f"}`},
		{"form", "POST", "/things/7", echo.MIMEApplicationForm, "text=hi&after=0&limit=20&on=on&people=1&people=2&client=0b5c7a2e-4f0e-4d0a-9d8e-1c2b3a4d5e6f"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, w := bind(t, c.method, c.target, c.kind, c.body); !reflect.DeepEqual(got, want) || w.Code != http.StatusNoContent {
				t.Errorf("read %+v, answered %d %s", got, w.Code, w.Body)
			}
		})
	}
}

func TestBindRefusesUnknownNamesUnderAPI(t *testing.T) {
	const thing, json, form = "/api/things/7", echo.MIMEApplicationJSON, echo.MIMEApplicationForm
	for _, c := range []struct{ name, method, target, kind, body, wrong string }{
		{"query", "GET", thing + "?text=hi&lmit=20&sort=id", "", "", `{"lmit":"is not known here","sort":"is not known here"}`},
		{"query of a deletion", "DELETE", thing + "?text=hi&force=1", "", "", `{"force":"is not known here"}`},
		{"JSON", "POST", thing, json, `{"text":"hi","colour":null}`, `{"colour":"is not known here"}`},
		{"form", "POST", thing, form, "text=hi&colour=red", `{"colour":"is not known here"}`},
		{"query beside a body", "POST", thing + "?text=hi", json, `{"text":"hi"}`, `{"text":"is not known here"}`},
		{"beside other faults", "POST", thing, json, `{"txt":"hi"}`, `{"text":"is required","txt":"is not known here"}`},
		{"path parameter in the body", "POST", thing, json, `{"id":9,"text":"hi"}`, ""},
		{"parameters of a client of Sails", "GET", thing + "?text=hi&__sails_io_sdk_version=1.2.1", "", "", ""},
		{"parameters of a client of Sails, in a body", "POST", thing + "?__sails_io_sdk_platform=node", json, `{"text":"hi","__sails_io_sdk_language":"x"}`, ""},
		{"page", "GET", "/things/7?text=hi&colour=red", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, w := bind(t, c.method, c.target, c.kind, c.body)
			if c.wrong == "" && w.Code != http.StatusNoContent {
				t.Errorf("answered %d %s", w.Code, w.Body)
			}
			if c.wrong != "" && (w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `"errors":`+c.wrong)) {
				t.Errorf("answered %d %s, want %s", w.Code, w.Body, c.wrong)
			}
		})
	}
}

func TestBindQuotesFewUnknownNames(t *testing.T) {
	var fields []string
	for i := range 2000 {
		fields = append(fields, fmt.Sprintf(`"%s%d":1`, strings.Repeat("x", 100), i))
	}
	_, w := bind(t, "POST", "/api/things/7", echo.MIMEApplicationJSON, "{"+strings.Join(fields, ",")+"}")
	if w.Code != http.StatusUnprocessableEntity || w.Body.Len() > 2000 {
		t.Errorf("answered %d with %d bytes", w.Code, w.Body.Len())
	}
}

func TestBindIgnoresUnknownNamesInAHandshake(t *testing.T) {
	e := echo.New()
	e.GET("/api/things/:id/socket", action.NoInput)
	r := httptest.NewRequest("GET", "/api/things/7/socket?EIO=4", nil)
	r.Header.Set("Upgrade", "websocket")
	w := httptest.NewRecorder()
	if e.ServeHTTP(w, r); w.Code != http.StatusOK {
		t.Errorf("answered %d", w.Code)
	}
}

func TestBindNamesWhatItCannotRead(t *testing.T) {
	for _, c := range []struct {
		name, body string
		status     int
		want       string
	}{
		{"no JSON", `{"text":`, 400, "not a JSON object"},
		{"a list", `[1]`, 400, "not a JSON object"},
		{"null", `null`, 400, "not a JSON object"},
		{"nothing", ``, 422, `"text":"is required"`},
		{"null for a required one", `{"text":null}`, 422, `"text":"is required"`},
		{"a number for a text", `{"text":3}`, 422, `"text":"must be a string"`},
		{"NUL", `{"text":"a\u0000b"}`, 422, `"text":"must not contain NUL"`},
		{"a negative cursor", `{"text":"x","after":-1}`, 422, `"after":"must be a whole number from 0"`},
		{"a fraction", `{"text":"x","limit":1.5}`, 422, `"limit":"must be a whole number from 1"`},
		{"no UUID", `{"text":"x","client":"0b5c7a2e4f0e4d0a9d8e1c2b3a4d5e6f"}`, 422, `"client":"must be a UUID"`},
		{"two at once", `{"on":"perhaps","people":"1,x"}`, 422, `{"on":"must be true or false","people":"must be a list of ids","text":"is required"}`},
		{"what the input refuses by itself", `{"text":"refused"}`, 409, "Not that."},
		{"too much", `{"text":"` + strings.Repeat("x", 256<<10) + `"}`, 413, "larger than 256 KiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, w := bind(t, "POST", "/things/7", echo.MIMEApplicationJSON, c.body)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) || w.Header().Get(echo.HeaderContentType) != fault.ContentType {
				t.Errorf("answered %d %s", w.Code, w.Body)
			}
		})
	}
	if _, w := bind(t, "GET", "/things/0?text=x", "", ""); w.Code != 422 {
		t.Errorf("id 0 answered %d", w.Code)
	}
}

// call serves one request by the handler.
func call(t *testing.T, path, accept string, log io.Writer, h echo.HandlerFunc) *httptest.ResponseRecorder {
	t.Helper()
	e := echo.New()
	e.HTTPErrorHandler = action.ErrorHandler(slog.New(slog.NewTextHandler(log, nil)), noPage)
	e.GET(path, h)
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set(echo.HeaderAccept, accept)
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w
}

func TestAnswerIsDataOrAFragment(t *testing.T) {
	both := func(c echo.Context) error {
		action.SetSeq(c, 41)
		return action.AnswerEither(c, map[string]int{"n": 1}, templ.Raw("<li>1</li>"))
	}
	if w := call(t, "/api/n", "", io.Discard, both); strings.TrimSpace(w.Body.String()) != `{"n":1}` || w.Header().Get("X-Seq") != "41" {
		t.Errorf("by default %s, X-Seq %q", w.Body, w.Header().Get("X-Seq"))
	}
	if w := call(t, "/api/n", "text/html", io.Discard, both); w.Body.String() != "<li>1</li>" {
		t.Errorf("as HTML %s", w.Body)
	}
}

func TestErrorHandlerAnswersAndLogs(t *testing.T) {
	broken := func(echo.Context) error { return fmt.Errorf("read the room: %w", errors.New("disk on fire")) }
	var log strings.Builder
	w := call(t, "/api/n", "text/html", &log, broken)
	if w.Code != 500 || strings.Contains(w.Body.String(), "disk") || strings.Count(log.String(), "disk on fire") != 1 {
		t.Errorf("answered %d %s, logged %s", w.Code, w.Body, log.String())
	}
	if w := call(t, "/n", "text/html", io.Discard, broken); w.Body.String() != "<h1>Internal Server Error</h1>" {
		t.Errorf("a page shows %s", w.Body)
	}
	wait := func(echo.Context) error { return fault.RateLimited(1500_000_000) }
	if w := call(t, "/api/n", "", io.Discard, wait); w.Header().Get("Retry-After") != "2" {
		t.Errorf("retry after %q", w.Header().Get("Retry-After"))
	}
	live := func(c echo.Context) error { _, err := hub.RequireConn(c.Request().Context()); return err }
	if w := call(t, "/api/n", "", io.Discard, live); w.Code != 400 || !strings.Contains(w.Body.String(), `"detail":"WebSocket required"`) {
		t.Errorf("without a socket %d %s", w.Code, w.Body)
	}
}

func TestErrorHandlerAnswersAPageThatFailsToRender(t *testing.T) {
	failing := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		io.WriteString(w, "<h1>Half a page")
		return errors.New("no such template")
	})
	page := func(c echo.Context) error { return action.Page(c, http.StatusOK, failing) }
	var log strings.Builder
	w := call(t, "/n", "text/html", &log, page)
	if w.Code != 500 || w.Body.String() != "<h1>Internal Server Error</h1>" {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	if strings.Count(log.String(), "no such template") != 1 {
		t.Errorf("logged %s", log.String())
	}
}

func TestErrorHandlerAnswersAProblemIfTheErrorPageFails(t *testing.T) {
	failing := templ.ComponentFunc(func(context.Context, io.Writer) error { return errors.New("no such template") })
	e := echo.New()
	e.HTTPErrorHandler = action.ErrorHandler(slog.New(slog.DiscardHandler), func(echo.Context, *fault.Fault) templ.Component { return failing })
	e.GET("/n", func(echo.Context) error { return fault.NotFound() })
	r, w := httptest.NewRequest("GET", "/n", nil), httptest.NewRecorder()
	r.Header.Set(echo.HeaderAccept, "text/html")
	e.ServeHTTP(w, r)
	if w.Code != 404 || w.Header().Get(echo.HeaderContentType) != fault.ContentType {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
}
