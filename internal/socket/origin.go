package socket

import (
	"net/http"
	"net/url"
	"strings"
)

// originSet holds origins as "https://host:port" in lower case.
func originSet(baseURL string, allowed []string) map[string]bool {
	set := map[string]bool{}
	for _, origin := range append([]string{baseURL}, allowed...) {
		if u, err := url.Parse(strings.TrimSpace(origin)); err == nil && u.Host != "" {
			set[strings.ToLower(u.Scheme+"://"+u.Host)] = true
		}
	}
	return set
}

// originAllowed accepts no Origin (a program), our own host whatever the
// scheme (a proxy may end TLS), and configured origins. "null" is refused: any
// page can get it by sandboxing itself.
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
