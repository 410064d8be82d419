package dashboard

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"hubbub/internal/postgres"
)

// demoProduct is something that the demo's shop sells; weight is how often.
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

// demoWeights is how often each product of the demo is bought. Others are
// bought as often as the average.
func demoWeights() map[string]int {
	weights := map[string]int{}
	for _, p := range demoProducts() {
		weights[p.name] = p.weight
	}
	return weights
}

// imagine makes up an order of what is offered.
func imagine(offer []Product) NewOrder {
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
	return NewOrder{Customer: imagineName(), ProductID: chosen.ID, Quantity: imagineQuantity(), simulated: true}
}

func imagineName() string {
	return firstNames[rand.N(len(firstNames))] + " " + lastNames[rand.N(len(lastNames))]
}

// imagineQuantity is mostly one.
func imagineQuantity() int {
	n := 1
	for n < 6 && rand.N(4) == 0 {
		n++
	}
	return n
}

const (
	demoHistory = 49 * time.Hour   // the longest range, and the one before it
	demoPace    = 1.6              // orders a minute, at the busiest hour
	demoOpen    = 8 * time.Minute  // how long an order is pending
	demoPacking = 20 * time.Minute // and then completed, until it is shipped
	demoLull    = 40 * time.Minute // a pause of the day before, for a chart that is not all the same
	demoLullAgo = 20*time.Hour + 13*time.Minute
)

// past is an order of the demo's history.
type past struct {
	NewOrder
	status    Status
	created   time.Time
	completed *time.Time
	updated   time.Time
}

// SeedDemo offers products and, where orders come by themselves, lets them have
// come for two days. It does
// nothing where there is a product: at a second start, or beside another node
// that seeds.
func (s *Service) SeedDemo(ctx context.Context) error {
	return postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		empty, err := lockEmpty(ctx, tx)
		if err != nil || !empty {
			return err
		}
		var offer []Product
		for _, d := range demoProducts() {
			p, err := insertProduct(ctx, tx, ProductChange{Name: &d.name, Description: &d.description, Price: &d.price})
			if err != nil {
				return fmt.Errorf("offer %s: %w", d.name, err)
			}
			if s.config.Index != nil {
				if err := s.config.Index.Put(ctx, tx, p); err != nil {
					return err
				}
			}
			offer = append(offer, p)
		}
		if !s.config.Simulate {
			return nil
		}
		return storePast(ctx, tx, imaginePast(offer, time.Now()))
	})
}

// imaginePast makes up the orders until now, the oldest first.
func imaginePast(offer []Product, now time.Time) []past {
	var orders []past
	for at := now.Add(-demoHistory); ; {
		pause := time.Duration(rand.ExpFloat64() / (demoPace * dayCurve(at)) * float64(time.Minute))
		if at = at.Add(pause); !at.Before(now) {
			return orders
		}
		if ago := now.Sub(at); ago > demoLullAgo && ago < demoLullAgo+demoLull {
			continue
		}
		orders = append(orders, past{NewOrder: imagine(offer), created: at}.grown(now))
	}
}

// grown is how far the order has come until now.
func (p past) grown(now time.Time) past {
	p.status, p.updated = Pending, p.created
	done := p.created.Add(time.Duration((0.3 + rand.Float64()) * float64(demoOpen)))
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
