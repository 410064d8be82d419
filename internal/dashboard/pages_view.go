package dashboard

import (
	"math"
	"net/url"
	"strconv"
	"time"

	"hubbub/web"
)

// boardView is the data of the dashboard page.
type boardView struct {
	at        time.Time
	stats     Stats
	series    Series
	rate      Rate
	list      orderList
	form      orderInput
	simulator *Simulator // nil if the user may not change it
	problem   string     // why the last form was rejected; may be empty
}

var rangeLabels = map[Range]string{QuarterHour: "15 min", Hour: "1 h", Day: "24 h"}

// stepLabels name the step of each range, for amounts that are not rates.
var stepLabels = map[Range]string{QuarterHour: "per 10 s", Hour: "per minute", Day: "per 15 min"}

func (b boardView) ordersChart() chart {
	rates := b.series.PerMinute()
	correctLastRate(rates, b.series, b.at)
	return chart{"orders", "Orders per minute", b.series, rates, b.series.PerMinuteBefore(), briefNumber}
}

func (b boardView) revenueChart() chart {
	return chart{"revenue", "Revenue " + stepLabels[b.series.Range], b.series, b.series.Earned(), nil, briefMoney}
}

func (b boardView) ranges() web.SegmentedProps {
	p := web.SegmentedProps{Label: "Range"}
	for _, r := range Ranges() {
		p.Options = append(p.Options, web.Segment{Label: rangeLabels[r], On: r == b.series.Range, Href: b.list.with("range", string(r))})
	}
	return p
}

// addedLabel returns what the range added to a total, or "" if that is nothing.
func (b boardView) addedLabel(amount string) string {
	if amount == "0" || amount == fullMoney(0) {
		return ""
	}
	return "+" + amount
}

func (b boardView) rangeLabel() string { return "in the last " + rangeLabels[b.series.Range] }

func (b boardView) slower() bool { return b.rate.Delta != nil && *b.rate.Delta < 0 }

func (b boardView) rateDelta() string {
	if b.rate.Delta == nil {
		return ""
	}
	percent := strconv.Itoa(int(math.Round(math.Abs(*b.rate.Delta)))) + "%"
	if *b.rate.Delta < 0 {
		return "−" + percent
	}
	return "+" + percent
}

func (s Series) orderCount() (n int64) {
	for _, orders := range s.Orders {
		n += orders
	}
	return n
}

func (s Series) revenueSum() (sum Money) {
	for _, revenue := range s.Revenue {
		sum += revenue
	}
	return sum
}

func (s Series) counts() []float64 {
	counts := make([]float64, len(s.Orders))
	for i, orders := range s.Orders {
		counts[i] = float64(orders)
		if i < s.Known {
			counts[i] = Gap
		}
	}
	return counts
}

// tableRow is a row of the table of numbers: several steps together.
type tableRow struct {
	at      time.Time
	orders  int64
	revenue Money
}

const maxTableRows = 24 // more would not be read

// tableRows returns the rows of the table of numbers, the newest first, without steps that
// have no data.
func (s Series) tableRows() []tableRow {
	each := (len(s.Orders) + maxTableRows - 1) / maxTableRows
	var rows []tableRow
	for end := len(s.Orders); end > s.Known; end -= each {
		begin := max(end-each, 0)
		part := Series{Orders: s.Orders[begin:end], Revenue: s.Revenue[begin:end]}
		rows = append(rows, tableRow{s.stepTime(begin), part.orderCount(), part.revenueSum()})
	}
	return rows
}

func (s Series) stepTime(step int) time.Time {
	return time.Time(s.From).Add(time.Duration(step*s.Step) * time.Second)
}

// bars returns the best-selling products, each as a share of the first.
func (s Series) bars() []bar {
	var bars []bar
	for _, sold := range s.Products {
		bars = append(bars, bar{label: sold.Product.Name, value: withThousands(sold.Orders), share: 100 * float64(sold.Orders) / float64(max(s.Products[0].Orders, 1))})
	}
	return bars
}

// orderList is a page of orders: the newest or older ones, of all or of one status.
type orderList struct {
	span      Range
	status    Status // empty: all
	before    int64  // 0: the newest
	orders    []Order
	mayChange bool
}

func (l orderList) title() string {
	if l.before > 0 {
		return "Older orders"
	}
	return "Latest orders"
}

// with returns the URL of the page with one parameter changed. Defaults are left out.
func (l orderList) with(name, value string) string {
	query := url.Values{}
	if l.span != QuarterHour {
		query.Set("range", string(l.span))
	}
	if l.status != "" {
		query.Set("status", string(l.status))
	}
	query.Set(name, value)
	if value == "" || value == string(QuarterHour) {
		query.Del(name)
	}
	if len(query) == 0 {
		return "/dashboard"
	}
	return "/dashboard?" + query.Encode()
}

func (l orderList) filters() web.SegmentedProps {
	p := web.SegmentedProps{Label: "Status", Options: []web.Segment{{Label: "All", On: l.status == "", Href: l.with("status", "")}}}
	for _, s := range statuses {
		p.Options = append(p.Options, web.Segment{Label: statusWords[s], On: l.status == s, Href: l.with("status", string(s))})
	}
	return p
}

// older returns the URL of the next page, or "" if this one is not full.
func (l orderList) older() string {
	if len(l.orders) < newest {
		return ""
	}
	return l.with("before", decimal(l.orders[len(l.orders)-1].ID))
}

func (l orderList) newest() string {
	if l.before == 0 {
		return ""
	}
	return l.with("before", "")
}
