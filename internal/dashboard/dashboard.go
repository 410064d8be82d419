package dashboard

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"hubbub/internal/base/fault"
	"hubbub/internal/live/wire"
)

const (
	newest         = 20 // orders that the dashboard shows
	maxPage        = 100
	maxCustomer    = 100 // code points
	maxProductName = 120
	maxDescription = 2000
	maxQuantity    = 1000
	maxPrice       = Money(1_000_000_00)
)

// Status is the state of an order.
type Status string

// The statuses.
const (
	Pending   Status = "pending"
	Completed Status = "completed"
	Shipped   Status = "shipped"
	Cancelled Status = "cancelled"
)

// Next returns the statuses that may follow; nil for a final status.
func (s Status) Next() []Status {
	switch s {
	case Pending:
		return []Status{Completed, Cancelled}
	case Completed:
		return []Status{Shipped}
	}
	return nil
}

// previous returns the statuses that may come before; nil if there is none.
func (s Status) previous() []Status {
	switch s {
	case Completed, Cancelled:
		return []Status{Pending}
	case Shipped:
		return []Status{Completed}
	}
	return nil
}

func (s Status) valid() bool {
	return s == Pending || s == Completed || s == Shipped || s == Cancelled
}

// ProductRef is the product of an order.
type ProductRef struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Order is an order as every signed-in user sees it.
type Order struct {
	ID        int64      `json:"id"`
	Customer  string     `json:"customer"`
	Product   ProductRef `json:"product"`
	Quantity  int        `json:"quantity"`
	Amount    Money      `json:"amount"`
	Status    Status     `json:"status"`
	CreatedAt wire.Time  `json:"createdAt"`
	UpdatedAt wire.Time  `json:"updatedAt"`
}

// NewOrder is the input of Place.
type NewOrder struct {
	Customer  string
	ProductID int64
	Quantity  int
	ClientID  *string // an idempotency key: a UUID that is unique among the user's orders

	simulated bool
}

func (n *NewOrder) check() error {
	n.Customer = strings.TrimSpace(n.Customer)
	f := fault.Invalid
	switch {
	case n.Customer == "":
		return f("customer", "is required")
	case utf8.RuneCountInString(n.Customer) > maxCustomer:
		return f("customer", "must be 100 characters or fewer")
	case strings.ContainsFunc(n.Customer, unicode.IsControl):
		return f("customer", "must be one line")
	case n.Quantity < 1 || n.Quantity > maxQuantity:
		return f("quantity", "must be a whole number from 1 to 1000")
	}
	return nil
}

// Product is something that can be ordered.
type Product struct {
	ID          int64     `json:"id"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Price       Money     `json:"price"`
	CreatedAt   wire.Time `json:"createdAt"`
	UpdatedAt   wire.Time `json:"updatedAt"`
}

// ProductChange has the new values of a product; nil leaves a field unchanged. A new product
// needs a name and a price.
type ProductChange struct {
	Name, Description *string
	Price             *Money
}

// changes reports whether the change would alter the product.
func (ch ProductChange) changes(p Product) bool {
	return ch.Name != nil && *ch.Name != p.Name ||
		ch.Description != nil && *ch.Description != p.Description ||
		ch.Price != nil && *ch.Price != p.Price
}

func (ch *ProductChange) check() error {
	if ch.Name != nil {
		ch.Name = new(strings.TrimSpace(*ch.Name))
	}
	if ch.Description != nil {
		ch.Description = new(strings.TrimSpace(*ch.Description))
	}
	switch {
	case ch.Name != nil && *ch.Name == "":
		return fault.Invalid("name", "is required")
	case ch.Name != nil && utf8.RuneCountInString(*ch.Name) > maxProductName:
		return fault.Invalid("name", "must be 120 characters or fewer")
	case ch.Name != nil && strings.ContainsFunc(*ch.Name, unicode.IsControl):
		return fault.Invalid("name", "must be one line")
	case ch.Description != nil && utf8.RuneCountInString(*ch.Description) > maxDescription:
		return fault.Invalid("description", "must be 2000 characters or fewer")
	case ch.Price != nil && (*ch.Price < 0 || *ch.Price > maxPrice):
		return fault.Invalid("price", "must be from 0.00 to 1000000.00")
	}
	return nil
}

// Stats are the tiles of the dashboard.
type Stats struct {
	TotalOrders   int64     `json:"totalOrders"`
	PendingOrders int64     `json:"pendingOrders"`
	Revenue       Money     `json:"revenue"` // of completed and shipped orders
	Version       int64     `json:"version"` // increases by one with every change of an order
	At            wire.Time `json:"at"`      // when they were read, by the database's clock
}

// delta is what a change of an order adds to the rollups.
type delta struct {
	productID int64
	orders    int
	pending   int
	revenue   Money
}

// newOrderDelta returns the delta of a new order.
func newOrderDelta(o Order) delta { return delta{productID: o.Product.ID, orders: 1, pending: 1} }

// newMoveDelta returns the delta of an order that has moved from a status to its current one.
func newMoveDelta(from Status, o Order) delta {
	d := delta{productID: o.Product.ID}
	if from == Pending {
		d.pending = -1
	}
	if o.Status == Completed {
		d.revenue = o.Amount
	}
	return d
}
