package account

import (
	"context"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"time"

	"hubbub/internal/fault"
)

// limit is how often something may happen to a subject within a window.
type limit struct {
	subject string
	most    int
	window  time.Duration
}

const (
	failureWindow = 15 * time.Minute
	signUpWindow  = time.Hour
	longestWindow = signUpWindow // attempts before it count for nothing
)

// failuresOf are the limits on failed sign-ins: of the account, whoever tries,
// and of the address, whatever it tries. Unknown accounts are counted as well,
// so that the limit tells nothing about which exist.
func failuresOf(email, address string) []limit {
	email = cutRunes(strings.ToLower(email), maxEmail) // longer ones are nobody's
	limits := []limit{{"account " + email, 10, failureWindow}}
	if address != "" {
		limits = append(limits, limit{"address " + network(address), 30, failureWindow})
	}
	return limits
}

// signUpsOf is the limit on accounts made from an address.
func signUpsOf(address string) []limit {
	if address == "" {
		return nil
	}
	return []limit{{"sign-up " + network(address), 100, signUpWindow}}
}

// network is what one person surely has: an IPv4 address, or the /64 of an
// IPv6 one, in which they may take any.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		return ip.String()
	}
	prefix, _ := ip.Prefix(64) // 64 fits every IPv6 address
	return prefix.String()
}

// within refuses with 429 when one of the limits is reached.
func (s *Service) within(ctx context.Context, limits []limit) error {
	for _, l := range limits {
		wait, err := s.store.reached(ctx, l)
		if err != nil {
			return err
		}
		if wait > 0 {
			return tooOften(wait)
		}
	}
	return nil
}

// count notes that it happened once more.
func (s *Service) count(ctx context.Context, limits []limit) error {
	subjects := make([]string, len(limits))
	for i, l := range limits {
		subjects[i] = l.subject
	}
	return s.store.insertAttempts(ctx, subjects)
}

func tooOften(wait time.Duration) error {
	f := fault.TooFast(wait)
	minutes := int(math.Ceil(wait.Minutes()))
	if f.Detail = "Too many attempts. Try again in a minute."; minutes > 1 {
		f.Detail = fmt.Sprintf("Too many attempts. Try again in %d minutes.", minutes)
	}
	return f
}
