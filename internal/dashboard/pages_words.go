package dashboard

import (
	"math"
	"strconv"
	"strings"

	"hubbub/web"
)

// How an order's status looks, and what one does to bring it about.
var (
	statuses    = []Status{Pending, Completed, Shipped, Cancelled}
	statusWords = map[Status]string{Pending: "Pending", Completed: "Completed", Shipped: "Shipped", Cancelled: "Cancelled"}
	tones       = map[Status]web.Tone{Pending: web.ToneWarn, Completed: web.ToneInfo, Shipped: web.ToneOK, Cancelled: web.TonePlain}
	deeds       = map[Status]string{Completed: "Complete", Shipped: "Ship", Cancelled: "Cancel"}
	icons       = map[Status]string{Completed: "check", Shipped: "check-check", Cancelled: "x"}
)

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// grouped is a number with its thousands apart: "1,268".
func grouped[N int | int64](n N) string {
	digits := strconv.FormatInt(int64(n), 10)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// exactly is an amount to the cent: "$1,249.50".
func exactly(m Money) string {
	whole, cents, _ := strings.Cut(m.String(), ".")
	n, _ := strconv.ParseInt(whole, 10, 64) // it is a number by its type
	return "$" + grouped(n) + "." + cents
}

// brief is a value beside a scale: "2.5", "40".
func brief(v float64) string {
	if v >= 1000 {
		return grouped(int64(math.Round(v)))
	}
	return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
}

// briefMoney is an amount beside a scale: "$40", "$2.50", "$2.5K".
func briefMoney(v float64) string {
	switch {
	case v >= 1e6:
		return "$" + brief(v/1e6) + "M"
	case v >= 1e3:
		return "$" + brief(v/1e3) + "K"
	case v != math.Trunc(v):
		return exactly(Money(math.Round(v * 100)))
	}
	return "$" + brief(v)
}
