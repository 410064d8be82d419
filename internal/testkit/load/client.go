package load

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"sync"
	"time"
)

const (
	atOnce   = 50               // connections that are opened concurrently
	patience = 10 * time.Second // for outstanding events
	examples = 3                // refusals in the report
)

// Main runs the load if the process was started as one; then it does not return.
func Main() {
	if os.Getenv(variable) == "" {
		return
	}
	log.SetPrefix("load: ")
	log.SetFlags(0)
	c := &client{in: bufio.NewReader(os.Stdin)}
	line, err := c.in.ReadBytes('\n')
	check(err)
	check(json.Unmarshal(line, &c.order))
	check(json.NewEncoder(os.Stdout).Encode(c.run()))
	os.Exit(0)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// client carries out an order.
type client struct {
	order   Order
	in      *bufio.Reader
	sockets []*socket
	churned Report // of the task Churn
}

func (c *client) run() Report {
	switch c.order.Task {
	case Connect:
		fmt.Println("ready")
		c.waitForGo()
		c.connect()
		fmt.Println("done")
	case Ask:
		c.connect()
		fmt.Println("ready")
		c.waitForGo()
		c.ask()
		fmt.Println("done")
	case Churn:
		fmt.Println("ready")
		c.waitForGo()
		c.churn()
		fmt.Println("done")
	case Listen:
		c.connect()
		c.listen()
		fmt.Println("ready")
	}
	io.Copy(io.Discard, c.in) // until Finish
	return c.report()
}

func (c *client) waitForGo() {
	_, err := c.in.ReadString('\n')
	check(err)
}

// connect opens all sockets, atOnce at a time.
func (c *client) connect() {
	c.sockets = make([]*socket, c.order.Sockets)
	turns := make(chan int)
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for i := range turns {
				c.sockets[i] = dial(c.order.Address, c.order.Roles[i%len(c.order.Roles)])
				if c.order.Task == Connect {
					go c.sockets[i].ignore()
				}
			}
		})
	}
	for i := range c.sockets {
		turns <- i
	}
	close(turns)
	all.Wait()
}

// listen lets each socket read on its own until the process ends.
func (c *client) listen() {
	for _, s := range c.sockets {
		if c.order.Events == 0 {
			go s.ignore()
			continue
		}
		go s.listen(c.order.Mark)
	}
}

// ask distributes the requests among the sockets as fast as they are answered.
func (c *client) ask() {
	pipelined := max(c.order.Pipelined, 1)
	left := &numbers{most: c.order.Requests}
	var all sync.WaitGroup
	for _, s := range c.sockets {
		all.Go(func() {
			for first, n := left.take(pipelined); n > 0; first, n = left.take(pipelined) {
				s.ask(first, n)
			}
		})
	}
	all.Wait()
}

// numbers are handed out from 1 to most.
type numbers struct {
	mu         sync.Mutex
	last, most int
}

// take returns the first of up to n numbers, and how many these are.
func (s *numbers) take(n int) (first, count int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first = s.last + 1
	count = min(n, s.most-s.last)
	s.last += count
	return first, count
}

func (c *client) report() Report {
	c.waitForEvents()
	r := c.churned
	var lags []time.Duration
	for _, s := range c.sockets {
		s.mu.Lock()
		r.Events += s.events
		r.Answers += s.answers
		r.Messages += s.messages
		r.Bytes += s.bytes
		r.Refused = append(r.Refused, s.refused...)
		lags = append(lags, s.lags...)
		s.mu.Unlock()
	}
	r.Refused = r.Refused[:min(len(r.Refused), examples)]
	if slices.Sort(lags); len(lags) > 0 {
		r.P50, r.P99 = lags[len(lags)/2], lags[len(lags)*99/100]
	}
	return r
}

func (c *client) waitForEvents() {
	deadline := time.Now().Add(patience)
	for _, s := range c.sockets {
		for s.received() < c.order.Events && time.Now().Before(deadline) {
			time.Sleep(time.Millisecond)
		}
	}
}
