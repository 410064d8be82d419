package dashboard

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"hubbub/internal/base/postgres"
)

// demoProduct is a product of the demo; weight is how often it is ordered.
type demoProduct struct {
	name, description string
	price             Money
	weight            int
}

func demoProducts() []demoProduct {
	return []demoProduct{
		{"Desk lamp, brass", "Turns by 270°, dims with a tap, remembers how bright it was.", 129_00, 14},
		{"Pour-over kit", "Dripper, carafe and forty filters for quiet mornings.", 64_00, 16},
		{"Wool throw", "Woven in one piece from undyed wool, 130 × 180 cm.", 88_00, 9},
		{"Oak shelf, 90 cm", "Oiled oak on two brackets that do not show.", 172_00, 6},
		{"Stoneware, set of 4", "Four bowls that stack, each glazed by hand.", 96_00, 11},
		{"Linen napkins, 6", "Washed linen that need not be ironed.", 42_00, 15},
		{"Reading chair", "Ash frame, wool cover, made for evenings.", 540_00, 2},
		{"Linen set, king", "Duvet cover and two pillow cases, stone washed.", 214_50, 5},
		{"Notebook, dotted", "192 pages that lie flat, paper for fountain pens.", 18_50, 22},
		{"Wall clock, silent", "A sweeping hand and no ticking, 30 cm.", 74_00, 7},
		{"Cast-iron pan", "24 cm, seasoned, for any stove and the oven.", 59_90, 12},
		{"Red running shoes", "Light shoes for roads and dry paths, sizes 36 to 47.", 119_95, 10},
	}
}

var (
	firstNames = []string{
		"Noor", "Ben", "Yuki", "Ana", "Piet", "Grace", "Tomas", "Leila", "Ingrid", "Kofi", "Marta", "Arjun", "Chloé", "Diego",
		"Emeka", "Fatima", "Hanna", "Ivo", "Jun", "Katya", "Luca", "Mei", "Nils", "Olga", "Paolo", "Rosa", "Samir", "Tuva", "Uma", "Zeynep",
	}
	lastNames = []string{
		"Haddad", "Carter", "Tanaka", "Souza", "de Boer", "Mensah", "Novak", "Karimi", "Berg", "Asante", "Kowalska", "Patel",
		"Laurent", "Romero", "Okoye", "Rahman", "Virtanen", "Horvat", "Sato", "Ivanova", "Ricci", "Chen", "Lindqvist", "Moreau",
		"Greco", "Alvarez", "Aziz", "Dahl", "Iyer", "Yılmaz",
	}
)

// demoWeights returns the weight of each demo product. Other products have the average weight.
func demoWeights() map[string]int {
	weights := map[string]int{}
	for _, p := range demoProducts() {
		weights[p.name] = p.weight
	}
	return weights
}

// randomOrder returns a random order for one of the products.
func randomOrder(offer []Product) NewOrder {
	const average = 10
	weights, sum := demoWeights(), 0
	weight := func(p Product) int {
		if w, ok := weights[p.Name]; ok {
			return w
		}
		return average
	}
	for _, p := range offer {
		sum += weight(p)
	}
	chosen := offer[0]
	for left, i := rand.N(sum), 0; left >= 0; i++ {
		chosen = offer[i]
		left -= weight(chosen)
	}
	return NewOrder{Customer: randomName(), ProductID: chosen.ID, Quantity: randomQuantity(), simulated: true}
}

func randomName() string {
	return firstNames[rand.N(len(firstNames))] + " " + lastNames[rand.N(len(lastNames))]
}

// randomQuantity returns a quantity from 1 to 6, mostly 1.
func randomQuantity() int {
	n := 1
	for n < 6 && rand.N(4) == 0 {
		n++
	}
	return n
}

const (
	demoHistory = 49 * time.Hour   // the longest range and the one before it, and an hour
	demoPace    = 1.6              // orders per minute, at the busiest hour
	demoPending = 8 * time.Minute  // how long an order is pending
	demoPacking = 20 * time.Minute // how long an order is completed before it is shipped
	demoLull    = 40 * time.Minute // a pause in the orders of the day before, which makes the chart less uniform
	demoLullAgo = 20*time.Hour + 13*time.Minute
)

// pastOrder is an order of the demo's history.
type pastOrder struct {
	NewOrder
	status    Status
	created   time.Time
	completed *time.Time
	updated   time.Time
}

// SeedDemo stores the demo's products and, if orders are simulated, a history of two days. It
// does nothing if there is any product: at a second start, or while another node seeds.
func (s *Service) SeedDemo(ctx context.Context) error {
	return postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		empty, err := lockIfEmpty(ctx, tx)
		if err != nil || !empty {
			return err
		}
		var offer []Product
		for _, d := range demoProducts() {
			p, err := insertProduct(ctx, tx, ProductChange{Name: &d.name, Description: &d.description, Price: &d.price})
			if err != nil {
				return fmt.Errorf("offer %s: %w", d.name, err)
			}
			if err := s.config.Index.Put(ctx, tx, p.entry()); err != nil {
				return err
			}
			offer = append(offer, p)
		}
		if !s.config.Simulate {
			return nil
		}
		return insertHistory(ctx, tx, randomHistory(offer, time.Now()))
	})
}

// randomHistory returns random orders until now, the oldest first.
func randomHistory(offer []Product, now time.Time) []pastOrder {
	var orders []pastOrder
	for at := now.Add(-demoHistory); ; {
		pause := time.Duration(rand.ExpFloat64() / (demoPace * hourlyLoad(at)) * float64(time.Minute))
		if at = at.Add(pause); !at.Before(now) {
			return orders
		}
		if ago := now.Sub(at); ago > demoLullAgo && ago < demoLullAgo+demoLull {
			continue
		}
		orders = append(orders, pastOrder{NewOrder: randomOrder(offer), created: at}.advancedTo(now))
	}
}

// advancedTo returns the order with the status that it has reached by now.
func (p pastOrder) advancedTo(now time.Time) pastOrder {
	p.status, p.updated = Pending, p.created
	done := p.created.Add(time.Duration((0.3 + rand.Float64()) * float64(demoPending)))
	if done.After(now) {
		return p
	}
	p.updated = done
	if p.status = Cancelled; rand.N(16) > 0 {
		p.status, p.completed = Completed, &done
	}
	sent := done.Add(time.Duration((0.3 + rand.Float64()) * float64(demoPacking)))
	if p.status == Completed && sent.Before(now) {
		p.status, p.updated = Shipped, sent
	}
	return p
}
