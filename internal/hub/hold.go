package hub

import "hubbub/internal/wire"

// Hold lets what the room brings the connection wait until Release. Whoever
// joins and then reads holds in between: the events come behind the answer,
// also for a client that would overwrite them with it.
func (c *Conn) Hold(room string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m := c.rooms[room]; m != nil && !m.held {
		m.held = true
		c.held = append(c.held, m)
	}
}

// Release queues what was held. Transports call it when the reply to a request
// is queued.
func (c *Conn) Release() {
	lost, asleep := c.releaseHeld()
	c.signal(asleep)
	for _, room := range lost {
		c.hub.tellLost(c, room)
	}
}

// releaseHeld returns the rooms whose binary messages were discarded, and
// whether the transport sleeps.
func (c *Conn) releaseHeld() (lost []string, asleep bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.held) == 0 {
		return nil, false
	}
	for _, m := range c.held {
		lost = c.enqueueLater(m, lost)
	}
	c.held = nil
	return lost, c.rouse()
}

func (c *Conn) enqueueLater(m *member, lost []string) []string {
	for _, f := range m.later {
		if c.code == 0 && !m.gone && !c.enqueue(f) {
			lost = append(lost, f.room)
		}
	}
	m.held, m.later = false, nil
	return lost
}

func (c *Conn) keepLater(f *Frame, m *member) {
	if len(m.later) >= c.hub.config.QueueFrames {
		c.shut(wire.CloseTooSlow)
		return
	}
	m.later = append(m.later, f)
}
