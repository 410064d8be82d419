package web

import (
	"net/http"
	"strings"
	"testing"
)

func TestSecureHeadersAreComplete(t *testing.T) {
	h := http.Header{}
	SecureHeaders(h)
	for _, name := range []string{
		"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy",
		"Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
	} {
		if h.Get(name) == "" {
			t.Errorf("no %s", name)
		}
	}
	for _, unsafe := range []string{"unsafe-inline", "unsafe-eval", "data:", "*"} {
		if strings.Contains(h.Get("Content-Security-Policy"), unsafe) {
			t.Errorf("the policy allows %s", unsafe)
		}
	}
}
