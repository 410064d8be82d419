package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

func TestProtocolAnswersInvalidFrame(t *testing.T) {
	t.Parallel()
	a := apptest.StartAudit(t)
	room := a.Room(a.Clients["lin"], "frames")
	live := a.Sockets["lin"]
	for name, frame := range map[string]string{
		"invalid JSON":                  `{"method":"POST"`,
		"not an object":                 `[1,2]`,
		"an empty frame":                ``,
		"half a character":              "{\"url\":\"/api/me\xc3\"}",
		"an id that is a string":        `{"id":"x","url":"/api/me"}`,
		"an id of 0":                    `{"id":0,"url":"/api/me"}`,
		"an id past 2^53":               `{"id":9007199254740992,"url":"/api/me"}`,
		"no url":                        `{"method":"GET"}`,
		"another host":                  `{"url":"//elsewhere.example/api/me"}`,
		"an invalid url":                `{"url":"/%zz"}`,
		"the header Cookie":             `{"url":"/api/me","headers":{"Cookie":"hubbub_session=stolen"}}`,
		"the header authorization":      `{"url":"/api/me","headers":{"authorization":"Bearer stolen"}}`,
		"the header Host":               `{"url":"/api/me","headers":{"Host":"x"}}`,
		"the header Origin":             `{"url":"/api/me","headers":{"ORIGIN":"https://x"}}`,
		"the header X-Forwarded-For":    `{"url":"/api/me","headers":{"X-Forwarded-For":"stolen"}}`,
		"a query that is not an object": `{"url":"/api/me","data":[1]}`,
		"headers that are not strings":  `{"url":"/api/me","headers":{"A":1}}`,
		"a method that is a number":     `{"method":1,"url":"/api/me"}`,
		"an upgrade through the socket": `{"id":7}`,
	} {
		t.Run(name, func(t *testing.T) {
			a.Secrets = append(a.Secrets, "stolen")
			a.WantRefused(t, func() {
				if name == "an upgrade through the socket" {
					apptest.WantProblem(t, live.Get("/socket", nil), 400)
					return
				}
				apptest.WantProblem(t, live.Raw(frame), 400)
			})
		})
	}
	for name, data := range map[string]any{"a list": []int{1}, "a string": "x"} {
		t.Run("a body that is "+name, func(t *testing.T) {
			a.WantRefused(t, func() { apptest.WantProblem(t, live.Post("/api/chat/send", data), 400) })
		})
	}
	live.Post("/api/chat/send", in{"roomId": room, "text": "the connection is still open"}).Want(200)
}

func TestProtocolAnswersInvalidBody(t *testing.T) {
	t.Parallel()
	a := apptest.StartAudit(t)
	lin := a.Clients["lin"]
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"half an object": {`{"roomId":1,"text":"s3cr3t text"`, 400},
		"a list":         {`[]`, 400},
		"null":           {`null`, 400},
		"not JSON":       {`text=s3cr3t`, 400},
		"300 KiB":        {`{"text":"` + strings.Repeat("x", 300<<10) + `"}`, 413},
	} {
		t.Run(name, func(t *testing.T) {
			a.Secrets = append(a.Secrets, "s3cr3t", strings.Repeat("x", 100))
			a.WantRefused(t, func() { apptest.WantProblem(t, lin.Do(http.MethodPost, "/api/chat/send", c.body), c.status) })
		})
	}
}

func TestProtocolBinaryOrOversizedMessageCloses(t *testing.T) {
	t.Parallel()
	a := apptest.StartAudit(t)
	room := a.Room(a.Clients["lin"], "closes")
	t.Run("binary", func(t *testing.T) {
		a.WantRefused(t, func() {
			a.Sockets["lin"].SendBinary([]byte("0123"))
			a.Sockets["lin"].WantClosed(1003)
		})
	})
	t.Run("70 KiB", func(t *testing.T) {
		a.WantRefused(t, func() {
			a.Sockets["maya"].Send(fmt.Sprintf(`{"id":1,"method":"POST","url":"/api/chat/send","data":{"roomId":%d,"text":%q}}`, room, strings.Repeat("x", 70<<10)))
			a.Sockets["maya"].WantClosed(1009)
		})
	})
}

func TestRateLimitOfFramesAnswers429ThenCloses(t *testing.T) {
	t.Parallel()
	a := apptest.StartAudit(t, func(c *apptest.Config) { c.RequestRate = 5 }) // low, so that a busy machine exceeds it, too
	flood := strings.Repeat(`{"id":1,"url":"/api/me"}`+"\n", 500)
	live := a.Sockets["lin"]
	before := a.State()
	live.Send(strings.Repeat(`{"url":"/healthz"}`+"\n", 200))
	first := live.Get("/api/me", nil)
	apptest.WantProblem(t, first, http.StatusTooManyRequests)
	if first.Header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After is %q", first.Header.Get("Retry-After"))
	}
	for range 10 { // 5,000
		if live.Send(flood) != nil {
			break
		}
	}
	live.WantClosed(4429)
	if after := a.State(); after != before {
		t.Errorf("the flood has changed the database")
	}
	testkit.Eventually(t, "the close is logged", testkit.Timeout, func() bool { return strings.Contains(a.Log.String(), "code=4429") })
	if log := a.Log.String(); strings.Count(log, "status=429") != 1 || strings.Count(log, "code=4429") != 1 {
		t.Errorf("want one line for the first refusal and one for the close, got:\n%s", log)
	}
}

func TestRateLimitByHTTPAppliesToOneCaller(t *testing.T) {
	t.Parallel()
	a := apptest.StartAudit(t, func(c *apptest.Config) { c.RequestRate = 50 })
	lin := a.Clients["lin"]
	var refused testkit.Answer
	for range 5000 {
		if refused = lin.Post("/api/chat/send", in{"roomId": 999999, "text": "x"}); refused.Status == http.StatusTooManyRequests {
			break
		}
	}
	apptest.WantProblem(t, refused, http.StatusTooManyRequests)
	if refused.Header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After is %q", refused.Header.Get("Retry-After"))
	}
	a.Clients["maya"].Get("/api/me").Want(200)
	for range 1000 {
		if refused = a.Clients[""].Get("/api/me"); refused.Status == http.StatusTooManyRequests {
			break
		}
	}
	apptest.WantProblem(t, refused, http.StatusTooManyRequests)
}
