package collab

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"hubbub/internal/collab/yjs"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

// channel is a connection that has a document open.
type channel struct {
	live   *live
	conn   *hub.Conn
	userID int64
	client uint64 // the Yjs client that it was given
	yjs    bool   // it has an editor and exchanges binary messages
	epoch  int    // the document's, at the join
	stock  bool   // it speaks y-websocket and has chosen its Yjs client itself

	editLimit, byteLimit, syncLimit, awarenessLimit *rate.Limiter

	visitMu   sync.Mutex // is held while other connections are notified of this one; locked before mu
	open      bool
	announced bool // collaboratorJoined was sent, and no collaboratorLeft after it

	mu              sync.Mutex
	role            Role   // as last read; batch.validate checks the current one
	awarenessClient uint64 // the Yjs client of its awareness: client, or the one that a stock client chose
	awarenessClock  uint64 // of the last awareness that was relayed
	hasState        bool   // that awareness was not null
}

func newChannel(l *live, conn *hub.Conn) *channel {
	limiter := func(perSecond int) *rate.Limiter { return rate.NewLimiter(rate.Limit(perSecond), burst*perSecond) }
	return &channel{
		live: l, conn: conn, userID: conn.UserID(), open: true,
		editLimit: limiter(updateRate), byteLimit: limiter(byteRate),
		syncLimit: limiter(syncRate), awarenessLimit: limiter(caretRate),
	}
}

func (ch *channel) send(message []byte) {
	ch.live.s.hub.StreamTo(ch.conn, yjsRoom(ch.live.id), hub.Log, message)
}

// resyncVector returns the state vector to resync with after messages to the channel
// were lost. It is empty for a stock client, which then gets the whole document,
// because it would not send another STEP1. It is nil for our client, which then gets
// a STEP1 and answers with its own.
func (ch *channel) resyncVector() yjs.StateVector {
	if ch.stock {
		return yjs.StateVector{}
	}
	return nil
}

// refuse sends the client the reason why its message n was refused. A stock client
// does not retry what was too fast, but sends it after a reconnect, so it is closed.
func (ch *channel) refuse(n uint64, why refusal) {
	ch.live.s.counts.refused[why].Add(1)
	if ch.stock && why == refusedTooFast {
		ch.conn.Close(wire.CloseRestart)
		return
	}
	ch.send(refusedMessage(ch.live.id, n, why))
}

// Receive handles a binary message of a connection. A message for a channel that is
// not open is ignored: it may have been sent before a leave. An input that is not
// a message closes the connection.
func (s *Service) Receive(conn *hub.Conn, in []byte) {
	m, err := readMessage(in)
	if err != nil {
		conn.Close(wire.CloseUnsupported)
		return
	}
	ch := s.channelOf(conn, int64(m.channel))
	if ch == nil || !ch.yjs {
		return
	}
	ch.receive(m)
}

func (ch *channel) receive(m message) {
	switch m.kind {
	case kindStep1:
		ch.receiveStep1(m.payload)
	case kindStep2, kindUpdate:
		if why := ch.receiveEdit(m); why != 0 {
			ch.refuse(m.n, why)
		}
	case kindAwareness:
		ch.receiveAwareness(m.payload)
	}
}

func (ch *channel) receiveStep1(payload []byte) {
	sv, err := yjs.DecodeStateVector(payload)
	switch {
	case err != nil:
		ch.refuse(0, refusedInvalid)
	case !ch.syncLimit.Allow():
		ch.refuse(0, refusedTooFast)
	default:
		ch.live.requestSync(syncRequest{ch, sv})
	}
}

// receiveEdit makes the checks that need no document, in the connection's own
// goroutine, and queues the edit. It returns why the edit is refused, or 0.
func (ch *channel) receiveEdit(m message) refusal {
	switch {
	case len(m.payload) > maxUpdate:
		return refusedTooLarge
	case !ch.editLimit.Allow() || !ch.byteLimit.AllowN(ch.live.s.now(), len(m.payload)):
		return refusedTooFast
	}
	u, err := yjs.Decode(m.payload)
	switch {
	case err != nil:
		return refusedInvalid
	case !ch.live.submit(&edit{from: ch, n: m.n, payload: m.payload, queuedAt: time.Now(), update: u}):
		return refusedTooFast
	}
	return 0
}

// receiveAwareness relays a caret to every node. One that comes too fast is dropped:
// the next one has the whole state.
func (ch *channel) receiveAwareness(states []byte) {
	client, clock, awake, ok := ch.checkAwareness(states)
	if !ok || awake && !ch.awarenessLimit.Allow() {
		return
	}
	ch.mu.Lock()
	own := ch.awarenessClient == client
	ch.awarenessClient, ch.awarenessClock, ch.hasState = client, clock, awake
	ch.mu.Unlock()
	if !own {
		ch.live.s.announceClient(ch.live.s.ctx, ch)
	}
	ch.ifAnnounced(func() { ch.live.relayAwareness(states, ch.conn) })
}

// checkAwareness decodes an awareness update. It is ok only with one state, that of
// the channel's own Yjs client; the first update of a stock client chooses that
// client, if no other channel here has it.
func (ch *channel) checkAwareness(in []byte) (client, clock uint64, awake, ok bool) {
	states, err := yjs.DecodeAwareness(in)
	if err != nil || len(states) != 1 {
		return 0, 0, false, false
	}
	one := states[0]
	mine, clock := ch.lastAwareness()
	if one.Client != mine && !(ch.stock && clock == 0 && ch.live.clientUnused(one.Client)) {
		return 0, 0, false, false
	}
	return one.Client, one.Clock, string(one.State) != "null", true
}

func (ch *channel) lastAwareness() (client, clock uint64) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	return ch.awarenessClient, ch.awarenessClock
}

// clientUnused reports whether no channel on this node has the Yjs client.
func (l *live) clientUnused(client uint64) bool {
	for _, ch := range l.openChannels() {
		if caret, _ := ch.lastAwareness(); caret == client || ch.client == client {
			return false
		}
	}
	return true
}

func (l *live) relayAwareness(states []byte, except *hub.Conn) {
	l.s.hub.Stream(hub.Volatile, awarenessMessage(l.id, states), hub.To(yjsRoom(l.id)).Except(except))
}

// removeCaret removes the channel's caret from the other clients, unless that has been done.
func (ch *channel) removeCaret() {
	ch.mu.Lock()
	client, clock, awake := ch.awarenessClient, ch.awarenessClock, ch.hasState
	ch.hasState = false
	ch.mu.Unlock()
	if awake {
		removal := awarenessMessage(ch.live.id, yjs.AwarenessRemoval(client, clock))
		ch.live.s.hub.Stream(hub.Log, removal, hub.To(yjsRoom(ch.live.id)).Except(ch.conn))
	}
}

func (s *Service) channelOf(conn *hub.Conn, docID int64) *channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.channels[conn.ID()][docID]
}

// HasChannel reports whether the connection has a document open with an editor, and so
// may send binary messages.
func (s *Service) HasChannel(conn *hub.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ch := range s.channels[conn.ID()] {
		if ch.yjs {
			return true
		}
	}
	return false
}

// register adds the channel, replacing an earlier one of the same connection and document.
func (s *Service) register(ch *channel) {
	s.mu.Lock()
	if s.channels[ch.conn.ID()] == nil {
		s.channels[ch.conn.ID()] = map[int64]*channel{}
	}
	s.channels[ch.conn.ID()][ch.live.id] = ch
	if s.channelsOfUser[ch.userID] == nil {
		s.channelsOfUser[ch.userID] = map[*channel]bool{}
	}
	s.channelsOfUser[ch.userID][ch] = true
	s.mu.Unlock()
	ch.live.mu.Lock()
	defer ch.live.mu.Unlock()
	ch.live.channels[ch] = true
}

// unregister removes a channel and returns it, or nil if there was none. It reports
// whether that was the document's last channel on this node.
func (s *Service) unregister(conn *hub.Conn, docID int64) (ch *channel, last bool) {
	if ch = s.removeChannel(conn, docID); ch == nil {
		return nil, false
	}
	ch.live.mu.Lock()
	defer ch.live.mu.Unlock()
	delete(ch.live.channels, ch)
	ch.live.lastUsed = s.now()
	return ch, len(ch.live.channels) == 0
}

// removeChannel removes the channel from the service's maps and returns it, or nil if
// there was none.
func (s *Service) removeChannel(conn *hub.Conn, docID int64) *channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[conn.ID()][docID]
	if ch == nil {
		return nil
	}
	if delete(s.channels[conn.ID()], docID); len(s.channels[conn.ID()]) == 0 {
		delete(s.channels, conn.ID())
	}
	if delete(s.channelsOfUser[ch.userID], ch); len(s.channelsOfUser[ch.userID]) == 0 {
		delete(s.channelsOfUser, ch.userID)
	}
	return ch
}

// onLeave is called by the hub when a connection has left a room: by itself, by an
// eviction or by a disconnect.
func (s *Service) onLeave(l hub.Left) {
	docID := documentOf(l.Room)
	if l.Room != Room(docID) {
		return
	}
	ch, last := s.unregister(l.Conn, docID)
	if ch == nil {
		return
	}
	ch.close()
	s.startJob("collab-left", func() { s.finishLeave(s.ctx, ch) })
	if last {
		s.maintenance.add(docID)
	}
}
