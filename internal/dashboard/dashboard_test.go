package dashboard

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestMoneyIsADecimalStringWithTwoPlaces(t *testing.T) {
	for _, c := range []struct {
		in  string
		out string // empty: rejected
	}{
		{`"1249.50"`, "1249.50"},
		{`1249.5`, "1249.50"},
		{`"1249"`, "1249.00"},
		{`0`, "0.00"},
		{`"0.07"`, "0.07"},
		{`" 12.30 "`, "12.30"},
		{`-1.5`, "-1.50"},
		{`"-0.05"`, "-0.05"},
		{`999999999999999.99`, "999999999999999.99"},
		{`"1.005"`, ""},
		{`1e3`, ""},
		{`"1,000.00"`, ""},
		{`""`, ""},
		{`"."`, ""},
		{`".5"`, ""},
		{`"--1"`, ""},
		{`"+1"`, ""},
		{`"NaN"`, ""},
		{`"١٢"`, ""},
		{`9999999999999999`, ""},
		{`true`, ""},
		{`{}`, ""},
		{`"1\u0000"`, ""},
	} {
		var m Money
		err := json.Unmarshal([]byte(c.in), &m)
		switch {
		case c.out == "" && err == nil:
			t.Errorf("%s was read as %s", c.in, m)
		case c.out != "" && (err != nil || m.String() != c.out):
			t.Errorf("%s was read as %s, %v; want %s", c.in, m, err, c.out)
		}
	}
	if wire, _ := json.Marshal(Money(124950)); string(wire) != `"1249.50"` {
		t.Errorf("it is encoded as %s", wire)
	}
}

func TestOrderStatusTransitions(t *testing.T) {
	all := []Status{Pending, Completed, Shipped, Cancelled}
	allowed := map[Status][]Status{Pending: {Completed, Cancelled}, Completed: {Shipped}}
	for _, from := range all {
		for _, to := range all {
			want := slices.Contains(allowed[from], to)
			if got := slices.Contains(from.Next(), to); got != want {
				t.Errorf("%s may become %s: %v", from, to, got)
			}
			if got := slices.Contains(to.previous(), from); got != want {
				t.Errorf("%s may come from %s: %v", to, from, got)
			}
		}
	}
	if Status("lost").valid() || len(Status("lost").previous()) > 0 || len(Status("lost").Next()) > 0 {
		t.Error("an unknown status has transitions")
	}
}

// The sum of an order's deltas equals its contribution to the totals, whatever its history.
func TestOrderDeltasAddUp(t *testing.T) {
	for _, way := range [][]Status{{}, {Completed}, {Cancelled}, {Completed, Shipped}} {
		o := Order{Amount: 5000, Status: Pending}
		sum := newOrderDelta(o)
		for _, to := range way {
			from := o.Status
			o.Status = to
			d := newMoveDelta(from, o)
			sum.pending, sum.revenue, sum.orders = sum.pending+d.pending, sum.revenue+d.revenue, sum.orders+d.orders
		}
		pending, revenue := 0, Money(0)
		switch o.Status {
		case Pending:
			pending = 1
		case Completed, Shipped:
			revenue = o.Amount
		}
		if sum.orders != 1 || sum.pending != pending || sum.revenue != revenue {
			t.Errorf("after %v the sum is %+v", way, sum)
		}
	}
}

func TestMoneyIsShownWithTwoDecimals(t *testing.T) {
	for _, c := range []struct{ shown, want string }{
		{fullMoney(74390), "$743.90"},
		{fullMoney(124950000), "$1,249,500.00"},
		{boardView{}.addedLabel(fullMoney(74390)), "+$743.90"},
		{boardView{}.addedLabel(fullMoney(0)), ""},
		{briefMoney(743.9), "$743.90"},
		{briefMoney(40), "$40"},
		{briefMoney(2500), "$2.5K"},
	} {
		if c.shown != c.want {
			t.Errorf("shown %q, want %q", c.shown, c.want)
		}
	}
}
