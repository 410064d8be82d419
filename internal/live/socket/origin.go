package socket

import (
	"net/http"
	"net/url"
	"strings"
)

// originSet returns the origins as "https://host:port" in lower case.
func originSet(baseURL string, allowed []string) map[string]bool {
	set := map[string]bool{}
	for _, origin := range append([]string{baseURL}, allowed...) {
		if u, err := url.Parse(strings.TrimSpace(origin)); err == nil && u.Host != "" {
			set[strings.ToLower(u.Scheme+"://"+u.Host)] = true
		}
	}
	return set
}

// originAllowed reports whether the request's origin may open a socket. It may if
// the request has no Origin (it comes from a program), if the origin's host is the
// request's own, whatever the scheme (a proxy may terminate TLS), and if the
// origin is configured. "null" is refused: any page can get it by sandboxing
// itself.
func (h *Handler) originAllowed(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return true
	}
	u, err := url.Parse(origins[0])
	if err != nil || u.Host == "" || len(origins) > 1 {
		return false
	}
	return strings.EqualFold(u.Host, r.Host) || h.origins[strings.ToLower(u.Scheme+"://"+u.Host)]
}
