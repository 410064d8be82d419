package load

import (
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

const (
	livesRequests = 20          // requests of a client per connection
	livesPause    = time.Second // the longest pause between two requests: a user's pace
)

// churn lets clients connect, send requests and disconnect until Order.Lasting has
// passed. A client takes another role with each connection.
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

// live connects, sends requests numbered from first, and disconnects. On a busy
// machine the server answers some with 503: they are counted, and are no failure.
func (c *client) live(first int, role Role) Report {
	s, err := open(c.order.Address, role)
	if err != nil && !strings.Contains(err.Error(), "503") {
		check(err)
	}
	if err != nil {
		time.Sleep(livesPause)
		return Report{TurnedAway: 1}
	}
	defer s.conn.Close()
	for n := range livesRequests {
		time.Sleep(rand.N(livesPause))
		s.ask(first+n+1, 1)
	}
	r := Report{Answers: s.answers, Lives: 1}
	for _, answer := range s.refused {
		if strings.Contains(answer, `"status":503`) {
			r.TurnedAway++
		} else {
			r.Refused = append(r.Refused, answer)
		}
	}
	return r
}

func (r *Report) add(other Report) {
	r.Answers += other.Answers
	r.Lives += other.Lives
	r.TurnedAway += other.TurnedAway
	r.Refused = append(r.Refused, other.Refused...)
}
