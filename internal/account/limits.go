package account

import (
	"context"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"time"

	"hubbub/internal/base/fault"
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
	longestWindow = signUpWindow // older attempts are deleted
)

// failureLimits returns the limits on failed sign-ins: of the account, from any address, and
// of the address, for any account. A network in which the account is signed in has a limit of
// its own, so that attempts from elsewhere do not lock its owner out. Unknown accounts are
// counted too, so that the limit does not reveal which accounts exist.
func (s *Service) failureLimits(ctx context.Context, email, address string) ([]limit, error) {
	email = truncateRunes(strings.ToLower(email), maxEmail) // no account has a longer one
	if address == "" {
		return []limit{{"account " + email, 10, failureWindow}}, nil
	}
	account, from := "account "+email, Network(address)
	addresses, err := s.store.sessionAddresses(ctx, email)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(addresses, func(sessionAddress string) bool { return Network(sessionAddress) == from }) {
		account += " from " + from
	}
	return []limit{{account, 10, failureWindow}, {"address " + from, 30, failureWindow}}, nil
}

// signUpLimits returns the limit on sign-ups from an address.
func signUpLimits(address string) []limit {
	if address == "" {
		return nil
	}
	return []limit{{"sign-up " + Network(address), 100, signUpWindow}}
}

// Network returns what an address is counted by: an IPv4 address, or the /64 prefix of an IPv6
// address, since one client can use all addresses of a prefix.
func Network(address string) string {
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

// reserve counts an attempt if it is within the limits, otherwise it returns a 429. The limit
// is exact also for concurrent attempts on all nodes.
func (s *Service) reserve(ctx context.Context, limits []limit) error {
	if len(limits) == 0 {
		return nil
	}
	return inTx(ctx, s.db, func(tx store) error {
		for _, l := range limits {
			if err := tx.lockAttempts(ctx, l); err != nil {
				return err
			}
		}
		if err := tx.checkLimits(ctx, limits); err != nil {
			return err
		}
		return tx.recordAttempts(ctx, limits)
	})
}

// checkLimits returns a 429 if one of the limits is reached.
func (s store) checkLimits(ctx context.Context, limits []limit) error {
	for _, l := range limits {
		wait, err := s.waitTime(ctx, l)
		if err != nil {
			return err
		}
		if wait > 0 {
			return tooManyAttempts(wait)
		}
	}
	return nil
}

// recordAttempts records one attempt for each limit.
func (s store) recordAttempts(ctx context.Context, limits []limit) error {
	subjects := make([]string, len(limits))
	for i, l := range limits {
		subjects[i] = l.subject
	}
	return s.insertAttempts(ctx, subjects)
}

func tooManyAttempts(wait time.Duration) error {
	f := fault.RateLimited(wait)
	minutes := int(math.Ceil(wait.Minutes()))
	if f.Detail = "Too many attempts. Try again in a minute."; minutes > 1 {
		f.Detail = fmt.Sprintf("Too many attempts. Try again in %d minutes.", minutes)
	}
	return f
}
