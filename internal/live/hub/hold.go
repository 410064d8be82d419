package hub

import "hubbub/internal/live/wire"

// Hold keeps the room's frames for this connection back until Release. An action
// that joins a room and then reads its state calls Hold in between, so that the
// events follow the answer. A client that does not compare versions would
// otherwise overwrite newer events with the answer.
func (c *Conn) Hold(room string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m := c.rooms[room]; m != nil && !m.held {
		m.held = true
		c.held = append(c.held, m)
	}
}

// Release queues the frames that were held back. Transports call it after they
// have queued the reply to a request.
func (c *Conn) Release() {
	lost, asleep := c.releaseHeld()
	c.signal(asleep)
	for _, room := range lost {
		c.hub.notifyLost(c, room)
	}
}

// releaseHeld returns the rooms whose binary messages were discarded, and
// whether the transport is asleep.
func (c *Conn) releaseHeld() (lost []string, asleep bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.held) == 0 {
		return nil, false
	}
	for _, m := range c.held {
		lost = c.enqueueHeld(m, lost)
	}
	c.held = nil
	return lost, c.markWoken()
}

func (c *Conn) enqueueHeld(m *member, lost []string) []string {
	for _, f := range m.heldFrames {
		if c.code == 0 && !m.gone && !c.enqueue(f) {
			lost = append(lost, f.room)
		}
	}
	m.held, m.heldFrames = false, nil
	return lost
}

func (c *Conn) holdFrame(f *Frame, m *member) {
	if len(m.heldFrames) >= c.hub.config.QueueFrames {
		c.shut(wire.CloseTooSlow)
		return
	}
	m.heldFrames = append(m.heldFrames, f)
}
