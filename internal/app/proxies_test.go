package app

import (
	"net"
	"net/http"
	"net/url"
	"testing"
)

func TestClientAddressBehindTrustedProxies(t *testing.T) {
	t.Parallel()
	trusted := Config{TrustedProxies: networks(t, "10.0.0.5/32", "fd00:1::/64")}
	for name, c := range map[string]struct {
		config    Config
		peer      string
		forwarded []string
		want      string
	}{
		"no proxy is trusted":          {Config{}, "10.0.0.5", []string{"192.0.2.7"}, "10.0.0.5"},
		"nor is one on this machine":   {Config{}, "127.0.0.1", []string{"192.0.2.7"}, "127.0.0.1"},
		"a trusted proxy":              {trusted, "10.0.0.5", []string{"192.0.2.7"}, "192.0.2.7"},
		"another private peer":         {trusted, "10.0.0.6", []string{"192.0.2.7"}, "10.0.0.6"},
		"a forged entry":               {trusted, "10.0.0.5", []string{"203.0.113.9, 192.0.2.7"}, "192.0.2.7"},
		"a forged header":              {trusted, "10.0.0.5", []string{"203.0.113.9", "192.0.2.7"}, "192.0.2.7"},
		"two trusted proxies":          {trusted, "10.0.0.5", []string{"203.0.113.9, 192.0.2.7, fd00:1::8"}, "192.0.2.7"},
		"an entry that is no address":  {trusted, "10.0.0.5", []string{"unknown, 192.0.2.7:80"}, "10.0.0.5"},
		"an IPv6 client":               {trusted, "fd00:1::8", []string{"2001:db8::1"}, "2001:db8::1"},
		"a trusted proxy by itself":    {trusted, "10.0.0.5", nil, "10.0.0.5"},
		"a client that calls directly": {trusted, "192.0.2.7", nil, "192.0.2.7"},
	} {
		r := &http.Request{RemoteAddr: net.JoinHostPort(c.peer, "1234"), Header: http.Header{
			"X-Forwarded-For": c.forwarded, "Forwarded": {"for=203.0.113.1"}, "X-Real-Ip": {"203.0.113.2"},
		}}
		if got := c.config.clientAddress()(r); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestForwardedProtoCountsFromTrustedProxiesWithoutABaseURL(t *testing.T) {
	t.Parallel()
	proxies := networks(t, "10.0.0.5/32")
	r := func(peer string) *http.Request {
		return &http.Request{RemoteAddr: peer, Header: http.Header{"X-Forwarded-Proto": {"https"}}}
	}
	for name, c := range map[string]struct {
		config Config
		peer   string
		want   bool
	}{
		"a trusted peer":              {Config{TrustedProxies: proxies}, "10.0.0.5:1", true},
		"another":                     {Config{TrustedProxies: proxies}, "10.0.0.6:1", false},
		"a BASE_URL of http decides":  {Config{TrustedProxies: proxies, BaseURL: &url.URL{Scheme: "http", Host: "h"}}, "10.0.0.5:1", false},
		"a BASE_URL of https decides": {Config{BaseURL: &url.URL{Scheme: "https", Host: "h"}}, "10.0.0.6:1", true},
	} {
		if got := c.config.byHTTPS(r(c.peer)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func networks(t *testing.T, cidrs ...string) (networks []*net.IPNet) {
	t.Helper()
	for _, cidr := range cidrs {
		_, network, err := net.ParseCIDR(cidr)
		if err != nil {
			t.Fatal(err)
		}
		networks = append(networks, network)
	}
	return networks
}
