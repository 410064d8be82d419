package testkit

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
)

// Client is a user, or a program, that calls a Hubbub by HTTP and over sockets. It
// keeps cookies as a browser does.
type Client struct {
	t     testing.TB
	base  string
	http  *http.Client
	token string
}

// NewClient returns a client that is not signed in.
func NewClient(t testing.TB, baseURL string) *Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatalf("make a cookie jar: %v", err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &Client{t: t, base: baseURL, http: &http.Client{Jar: jar, Transport: transport, CheckRedirect: neverFollow}}
}

func neverFollow(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// SignUp creates an account with this name and signs in.
func (c *Client) SignUp(fullName string) *Client {
	c.t.Helper()
	email := strings.ReplaceAll(strings.ToLower(fullName), " ", ".") + "@test.example"
	c.Post("/api/signup", map[string]string{"fullName": fullName, "email": email, "password": "correct horse battery"}).Want(http.StatusOK)
	return c
}

// WithToken makes the client use a bearer token from now on.
func (c *Client) WithToken(token string) *Client {
	c.token = token
	return c
}

// Through returns a client of the same user that is connected through the relay.
func (c *Client) Through(r *Relay) *Client {
	c.t.Helper()
	return c.At("http://" + r.Addr())
}

// At returns the same user at another address of the application, such as another node's.
func (c *Client) At(baseURL string) *Client {
	c.t.Helper()
	there := NewClient(c.t, baseURL)
	there.token, there.http.Jar = c.token, c.http.Jar
	return there
}

// Cookies returns the cookies that a browser of this user would send.
func (c *Client) Cookies() []*http.Cookie {
	at, err := url.Parse(c.base)
	if err != nil {
		c.t.Fatalf("parse the base URL: %v", err)
	}
	return c.http.Jar.Cookies(at)
}

// Answer is the answer to a request, by HTTP or over a socket.
type Answer struct {
	t      testing.TB
	Status int
	Header http.Header
	Body   string
}

// Get calls an action with its input as the query.
func (c *Client) Get(path string) Answer { c.t.Helper(); return c.Do(http.MethodGet, path, nil) }

// Post calls an action with its input as JSON.
func (c *Client) Post(path string, data any) Answer {
	c.t.Helper()
	return c.Do(http.MethodPost, path, data)
}

// File is an upload: the only field of its form.
type File struct{ Field, Name, Content string }

func (f File) encode() (io.Reader, string) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, _ := form.CreateFormFile(f.Field, f.Name) // a buffer takes everything
	_, _ = io.WriteString(part, f.Content)
	_ = form.Close()
	return &body, form.FormDataContentType()
}

// Do calls an action. It sends data as JSON, but url.Values and a File as a form, and
// a string unchanged. headers are names and values in turn.
func (c *Client) Do(method, path string, data any, headers ...string) Answer {
	c.t.Helper()
	body, kind := c.encode(data)
	request, err := http.NewRequest(method, c.base+path, body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	request.Header.Set("Content-Type", kind)
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := c.http.Do(request)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	return Answer{t: c.t, Status: response.StatusCode, Header: response.Header, Body: string(text)}
}

func (c *Client) encode(data any) (io.Reader, string) {
	switch data := data.(type) {
	case nil:
		return nil, "application/json"
	case url.Values:
		return strings.NewReader(data.Encode()), "application/x-www-form-urlencoded"
	case File:
		return data.encode()
	case string:
		return strings.NewReader(data), "application/json"
	}
	raw, err := json.Marshal(data)
	if err != nil {
		c.t.Fatalf("encode the input: %v", err)
	}
	return bytes.NewReader(raw), "application/json"
}

// Want fails the test unless the answer has the status.
func (a Answer) Want(status int) Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("answered %d, want %d: %s", a.Status, status, a.Body)
	}
	return a
}

// WantBody fails the test unless the answer's text contains part.
func (a Answer) WantBody(part string) Answer {
	a.t.Helper()
	if !strings.Contains(a.Body, part) {
		a.t.Fatalf("the answer has no %q: %s", part, a.Body)
	}
	return a
}

// As decodes the answer's JSON.
func As[T any](a Answer) T {
	a.t.Helper()
	var v T
	if err := json.Unmarshal([]byte(a.Body), &v); err != nil {
		a.t.Fatalf("the answer is not a %T: %v: %s", v, err, a.Body)
	}
	return v
}
