package load

import (
	"math/rand/v2"
	"sync"
	"time"
)

const (
	livesRequests = 20          // of a client from coming to going
	livesPause    = time.Second // at most, between two requests: a person's pace
)

// churn lets clients come, ask and go for as long as the order says. A client
// takes another role in each of its lives.
func (c *client) churn() {
	var all sync.WaitGroup
	var mu sync.Mutex
	end := time.Now().Add(c.order.Lasting)
	for i := range c.order.Sockets {
		all.Go(func() {
			for life := 0; time.Now().Before(end); life++ {
				r := c.live(i*1_000_000+life*livesRequests, c.order.Roles[(i+life)%len(c.order.Roles)])
				mu.Lock()
				c.churned.add(r)
				mu.Unlock()
			}
		})
	}
	all.Wait()
}

// live is one life: it connects, asks requests numbered from first, and hangs up.
func (c *client) live(first int, role Role) Report {
	s := dial(c.order.Address, role)
	defer s.conn.Close()
	for n := range livesRequests {
		time.Sleep(rand.N(livesPause))
		s.ask(first+n+1, 1)
	}
	return Report{Answers: s.answers, Lives: 1, Refused: s.refused}
}

func (r *Report) add(other Report) {
	r.Answers += other.Answers
	r.Lives += other.Lives
	r.Refused = append(r.Refused, other.Refused...)
}
