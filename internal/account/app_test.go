package account

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hubbub/internal/base/action"
	"hubbub/internal/base/fault"
	"hubbub/internal/live/hub"
	"hubbub/web"
)

// app is an Echo with the account only, and a handler that returns the caller's key at
// /whoami, /api/whoami and /socket.
type app struct {
	*Service
	t    *testing.T
	echo *echo.Echo
	url  string
}

func newApp(t *testing.T) *app {
	a := &app{Service: newService(t), t: t, echo: echo.New()}
	a.echo.HTTPErrorHandler = action.ErrorHandler(slog.New(slog.DiscardHandler), func(c echo.Context, f *fault.Fault) templ.Component {
		return web.ErrorPage(web.Page{}, f, "")
	})
	a.echo.IPExtractor = echo.ExtractIPDirect()
	a.echo.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			web.SecureHeaders(c.Response().Header())
			return next(c)
		}
	}, a.Middleware())
	for _, path := range []string{"/assets/*", "/js/socket.js", "/favicon.ico"} {
		a.echo.GET(path, echo.WrapHandler(web.Handler()))
	}
	Actions(a.echo.Group("/api"), a.Service)
	Pages(a.echo.Group(""), a.Service, shell{})
	for _, path := range []string{"/whoami", "/api/whoami", "/socket"} {
		a.echo.GET(path, whoami)
	}
	a.echo.GET("/private", whoami, SignInFirst)
	a.echo.GET("/api/live", LiveAction(func(c echo.Context, _ *hub.Conn, who User, _ nothing) error {
		return action.Answer(c, who.ID, nil)
	}))
	server := httptest.NewServer(a.echo)
	t.Cleanup(server.Close)
	a.url = server.URL
	return a
}

// shell provides a frame without features and without a socket.
type shell struct{}

func (shell) Settings(echo.Context) ([]templ.Component, error) { return nil, nil }

func (shell) Page(c echo.Context, title string) (web.Page, error) {
	return web.Page{Title: title, Path: c.Request().URL.Path}, nil
}

func whoami(c echo.Context) error {
	who, _ := CallerFrom(c.Request().Context())
	return c.String(http.StatusOK, who.Session)
}

// client is an HTTP client with its own cookies, which does not follow redirects.
type client struct {
	*app
	http   *http.Client
	header http.Header
}

func (a *app) browser() *client {
	jar, _ := cookiejar.New(nil) // never fails
	c := &http.Client{Jar: jar, Transport: &http.Transport{}}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	a.t.Cleanup(c.CloseIdleConnections)
	return &client{a, c, http.Header{}}
}

// signedUp returns a browser in which a new user has signed up.
func (a *app) signedUp(name string) *client {
	a.t.Helper()
	b := a.browser()
	email := strings.ToLower(name) + "@example.org"
	b.post("/api/signup", `{"fullName":"`+name+`","email":"`+email+`","password":"`+password+`"}`).want(200)
	return b
}

// program returns a client without cookies that sends a token.
func (a *app) program(token string) *client {
	b := a.browser()
	b.header.Set("Authorization", "Bearer "+token)
	return b
}

type answer struct {
	t      *testing.T
	what   string
	status int
	header http.Header
	body   string
}

func (b *client) do(method, path, kind, body string) answer {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header = b.header.Clone()
	r.Header.Set("Content-Type", kind)
	if !strings.HasPrefix(path, "/api/") {
		r.Header.Set("Accept", "text/html")
	}
	response, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{b.t, method + " " + path, response.StatusCode, response.Header, string(read)}
}

func (b *client) get(path string) answer        { return b.do("GET", path, "", "") }
func (b *client) delete(path string) answer     { return b.do("DELETE", path, "", "") }
func (b *client) post(path, body string) answer { return b.do("POST", path, "application/json", body) }

func (b *client) submit(path string, fields url.Values) answer {
	b.t.Helper()
	return b.do("POST", path, "application/x-www-form-urlencoded", fields.Encode())
}

// cookie returns the session's secret, or "" if there is none.
func (b *client) cookie() string {
	u, _ := url.Parse(b.url)
	for _, c := range b.http.Jar.Cookies(u) {
		if c.Name == cookieName {
			return c.Value
		}
	}
	return ""
}

func (b *client) setCookie(secret string) {
	u, _ := url.Parse(b.url)
	b.http.Jar.SetCookies(u, []*http.Cookie{{Name: cookieName, Value: secret, Path: "/"}})
}

func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: %d, want %d\n%s", a.what, a.status, status, a.body)
	}
	return a
}

func (a answer) contains(parts ...string) answer {
	a.t.Helper()
	for _, part := range parts {
		if !strings.Contains(a.body, part) {
			a.t.Errorf("%s: no %s in\n%s", a.what, part, a.body)
		}
	}
	return a
}

func (a answer) wantRedirect(path string) {
	a.t.Helper()
	a.want(http.StatusSeeOther)
	if to := a.header.Get("Location"); to != path {
		a.t.Errorf("%s leads to %s, want %s", a.what, to, path)
	}
}

// read decodes the answer's JSON.
func read[T any](a answer) T {
	a.t.Helper()
	var into T
	if err := json.Unmarshal([]byte(a.want(200).body), &into); err != nil {
		a.t.Fatalf("%s: %v in %s", a.what, err, a.body)
	}
	return into
}

// objectKeys returns the names in a JSON object, in order.
func objectKeys(t *testing.T, object string) string {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(object))
	var names []string
	if _, err := decoder.Token(); err != nil {
		t.Fatal(err)
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name.(string))
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
	return strings.Join(names, " ")
}
