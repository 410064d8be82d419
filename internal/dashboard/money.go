package dashboard

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"hubbub/internal/base/action"
)

// Money is an amount in cents. On the wire it is a decimal string with two
// places, "1249.50".
type Money int64

// String returns an amount such as "1249.50".
func (m Money) String() string {
	sign, cents := "", int64(m)
	if cents < 0 {
		sign, cents = "-", -cents
	}
	return fmt.Sprintf("%s%d.%02d", sign, cents/100, cents%100)
}

// MarshalJSON writes the amount as a string.
func (m Money) MarshalJSON() ([]byte, error) { return []byte(`"` + m.String() + `"`), nil }

// UnmarshalJSON accepts "1249.50", "1249.5", "1249", and the same as numbers.
func (m *Money) UnmarshalJSON(raw []byte) error {
	text := string(raw)
	var quoted string
	if json.Unmarshal(raw, &quoted) == nil {
		text = strings.TrimSpace(quoted)
	}
	parsed, ok := parseMoney(text)
	if !ok {
		return action.InvalidValue("must be an amount with two decimal places at most, such as 1249.50")
	}
	*m = parsed
	return nil
}

// parseMoney accepts no plus sign, no thousands separators and no exponents.
func parseMoney(text string) (Money, bool) {
	digits, negative := strings.CutPrefix(text, "-")
	whole, places, _ := strings.Cut(digits, ".")
	if whole == "" || len(whole) > 15 || len(places) > 2 || !onlyDigits(whole+places) {
		return 0, false
	}
	cents, err := strconv.ParseInt(whole+(places + "00")[:2], 10, 64)
	if negative {
		cents = -cents
	}
	return Money(cents), err == nil
}

func onlyDigits(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}
