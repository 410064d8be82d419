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
		return problem{"lock", ToneWarn, "You don’t have access", orElse(f.Detail, "Ask an owner to give you access."), "Go home", "/"}
	case http.StatusNotFound:
		return problem{"search", TonePlain, "Page not found", "It was deleted, or you don’t have access to it.", "Go home", "/"}
	case http.StatusTooManyRequests:
		return problem{"clock", ToneWarn, "Too many requests", "Wait a moment, then try again.", "Try again", path}
	case http.StatusServiceUnavailable:
		return problem{"unplug", ToneWarn, "Hubbub is unavailable right now", orElse(f.Detail, "Try again in a moment."), "Try again", path}
	}
	if f.Status < http.StatusInternalServerError {
		return problem{"circle-alert", ToneWarn, "That didn’t work", orElse(f.Detail, "The server couldn’t understand the request."), "Go back", path}
	}
	return problem{"triangle-alert", ToneBad, "That didn’t load", "The server returned an error. Try again in a moment.", "Try again", path}
}

func orElse(text, otherwise string) string {
	if text != "" {
		return text
	}
	return otherwise
}
