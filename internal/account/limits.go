package account

import (
	"context"
	"fmt"
	"math"
	"net/netip"
	"slices"
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
// and of the address, whatever it tries. A network in which the account is
// signed in has a count of its own, so that guesses from elsewhere do not lock
// its owner out. Unknown accounts are counted as well, so that the limit tells
// nothing about which exist.
func (s *Service) failuresOf(ctx context.Context, email, address string) ([]limit, error) {
	email = cutRunes(strings.ToLower(email), maxEmail) // longer ones are nobody's
	if address == "" {
		return []limit{{"account " + email, 10, failureWindow}}, nil
	}
	account, from := "account "+email, Network(address)
	addresses, err := s.store.sessionAddresses(ctx, email)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(addresses, func(known string) bool { return Network(known) == from }) {
		account += " from " + from
	}
	return []limit{{account, 10, failureWindow}, {"address " + from, 30, failureWindow}}, nil
}

// signUpsOf is the limit on accounts made from an address.
func signUpsOf(address string) []limit {
	if address == "" {
		return nil
	}
	return []limit{{"sign-up " + Network(address), 100, signUpWindow}}
}

// Network is what limits of an address count by: an IPv4 address, or the /64 of
// an IPv6 one, in which one client may take any.
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

// reserve counts an attempt that is within the limits, and refuses any other with
// 429. However many are made at once, on all nodes, no more than the limit pass.
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
		if err := tx.within(ctx, limits); err != nil {
			return err
		}
		return tx.count(ctx, limits)
	})
}

// within refuses with 429 when one of the limits is reached.
func (s store) within(ctx context.Context, limits []limit) error {
	for _, l := range limits {
		wait, err := s.reached(ctx, l)
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
func (s store) count(ctx context.Context, limits []limit) error {
	subjects := make([]string, len(limits))
	for i, l := range limits {
		subjects[i] = l.subject
	}
	return s.insertAttempts(ctx, subjects)
}

func tooOften(wait time.Duration) error {
	f := fault.TooFast(wait)
	minutes := int(math.Ceil(wait.Minutes()))
	if f.Detail = "Too many attempts. Try again in a minute."; minutes > 1 {
		f.Detail = fmt.Sprintf("Too many attempts. Try again in %d minutes.", minutes)
	}
	return f
}
