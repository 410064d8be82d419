package web

import (
	"net/http"
	"net/url"

	"hubbub/internal/base/fault"
)

// problem is the content of an error page: what happened, what to do, and the
// link to do it.
type problem struct {
	icon   string
	tone   Tone
	title  string
	body   string
	action string
	href   string
}

// newProblem returns the content for a fault. It uses the fault's detail for
// statuses whose details say more than the status.
func newProblem(path string, f *fault.Fault) problem {
	switch f.Status {
	case http.StatusUnauthorized:
		return problem{"log-in", ToneInfo, "Sign in to see this", "You are not signed in, or your session has ended.", "Sign in", "/signin?next=" + url.QueryEscape(path)}
	case http.StatusForbidden:
		return problem{"lock", ToneWarn, "This is not yours to open", orElse(f.Detail, "Ask somebody who is in it to let you in."), "Go home", "/"}
	case http.StatusNotFound:
		return problem{"search", TonePlain, "There is nothing here", "It was moved or removed, or it is not yours to see.", "Go home", "/"}
	case http.StatusTooManyRequests:
		return problem{"clock", ToneWarn, "That was too fast", "Wait a moment, then try again.", "Try again", path}
	case http.StatusServiceUnavailable:
		return problem{"unplug", ToneWarn, "Not available right now", orElse(f.Detail, "It comes back by itself."), "Try again", path}
	}
	if f.Status < http.StatusInternalServerError {
		return problem{"circle-alert", ToneWarn, "That did not work", orElse(f.Detail, "The server did not understand the request."), "Go back", path}
	}
	return problem{"triangle-alert", ToneBad, "That didn’t load", "The server answered with an error. It is not you.", "Try again", path}
}

func orElse(text, otherwise string) string {
	if text != "" {
		return text
	}
	return otherwise
}
