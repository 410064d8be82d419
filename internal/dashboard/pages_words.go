package dashboard

import (
	"math"
	"strconv"
	"strings"

	"hubbub/web"
)

// Labels, colours and icons of an order's status, and the labels of actions.
var (
	statuses    = []Status{Pending, Completed, Shipped, Cancelled}
	statusWords = map[Status]string{Pending: "Pending", Completed: "Completed", Shipped: "Shipped", Cancelled: "Cancelled"}
	statusTones = map[Status]web.Tone{Pending: web.ToneWarn, Completed: web.ToneInfo, Shipped: web.ToneOK, Cancelled: web.TonePlain}
	moveLabels  = map[Status]string{Completed: "Complete", Shipped: "Ship", Cancelled: "Cancel"}
	statusIcons = map[Status]string{Completed: "check", Shipped: "check-check", Cancelled: "x"}
)

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// withThousands formats a number with thousands separators: "1,268".
func withThousands[N int | int64](n N) string {
	digits := strconv.FormatInt(int64(n), 10)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// fullMoney formats an amount to the cent: "$1,249.50".
func fullMoney(m Money) string {
	whole, cents, _ := strings.Cut(m.String(), ".")
	n, _ := strconv.ParseInt(whole, 10, 64) // Money always formats as a number
	return "$" + withThousands(n) + "." + cents
}

// briefNumber formats a value for an axis: "2.5", "40".
func briefNumber(v float64) string {
	if v >= 1000 {
		return withThousands(int64(math.Round(v)))
	}
	return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
}

// briefMoney formats an amount for an axis: "$40", "$2.50", "$2.5K".
func briefMoney(v float64) string {
	switch {
	case v >= 1e6:
		return "$" + briefNumber(v/1e6) + "M"
	case v >= 1e3:
		return "$" + briefNumber(v/1e3) + "K"
	case v != math.Trunc(v):
		return fullMoney(Money(math.Round(v * 100)))
	}
	return "$" + briefNumber(v)
}
