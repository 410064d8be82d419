package app

import (
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
)

// clientAddress returns a function that finds the client's address: the peer's, or
// behind trusted proxies the rightmost address in X-Forwarded-For that is not a
// proxy's. The header is ignored if another peer sent it, or if an entry is not an address.
func (c Config) clientAddress() echo.IPExtractor {
	// By default Echo trusts loopback, link-local and private addresses.
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, proxies := range c.TrustedProxies {
		trust = append(trust, echo.TrustIPRange(proxies))
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}

// trusts reports whether the address is a trusted proxy's.
func (c Config) trusts(ip net.IP) bool {
	return slices.ContainsFunc(c.TrustedProxies, func(proxies *net.IPNet) bool { return proxies.Contains(ip) })
}

// byHTTPS reports whether the browser uses https: BASE_URL decides, and without
// it the X-Forwarded-Proto of a trusted proxy.
func (c Config) byHTTPS(r *http.Request) bool {
	if c.BaseURL != nil {
		return c.BaseURL.Scheme == "https"
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	return err == nil && c.trusts(net.ParseIP(host)) && strings.EqualFold(r.Header.Get(echo.HeaderXForwardedProto), "https")
}

// clientNetwork returns the network by which the limit of sockets counts: see
// account.Network.
func (a *App) clientNetwork(r *http.Request) string {
	return account.Network(a.router.IPExtractor(r))
}
