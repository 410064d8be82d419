package collab

import (
	"context"

	"hubbub/internal/budget"
	"hubbub/internal/fault"
	"hubbub/internal/hub"
)

// Opening is what a client says when it joins.
type Opening struct {
	DocID  int64
	Schema *int // its editor's; nil: it has none, and gets no channel
	Epoch  *int // that of what it kept from before
	Stock  bool // it speaks y-websocket
}

// Joined is what it gets.
type Joined struct {
	Whole
	Collaborators []Collaborator `json:"collaborators"`
	Channel       int64          `json:"channel,omitempty"`
	Client        uint64         `json:"client"`
	Epoch         int            `json:"epoch"`
	Schema        int            `json:"schema"`
}

// Join opens a document for the connection: it is authorised, then hears, and
// only then reads, so that nothing falls in between. What it hears meanwhile is
// held until the answer is on its way.
func (s *Service) Join(ctx context.Context, conn *hub.Conn, o Opening) (Joined, error) {
	s.Leave(conn, o.DocID)
	h, err := s.enter(ctx, conn, o)
	if err != nil {
		return Joined{}, err
	}
	j, err := s.open(ctx, conn, o, h)
	if err != nil {
		s.Leave(conn, o.DocID)
	}
	return j, err
}

// enter puts the connection into the rooms.
func (s *Service) enter(ctx context.Context, conn *hub.Conn, o Opening) (e edition, err error) {
	authorise := func() error {
		if e, err = editionFor(ctx, s.db, o.DocID, conn.UserID()); err != nil {
			return err
		}
		return e.admits(o)
	}
	second := plainRoom(o.DocID)
	if o.Schema != nil {
		second = yjsRoom(o.DocID)
	}
	for _, room := range []string{Room(o.DocID), second} {
		if _, err := s.hub.Join(conn, room, authorise); err != nil {
			s.Leave(conn, o.DocID)
			return e, err
		}
		conn.Hold(room)
	}
	return e, nil
}

// edition is what of a document has to fit whoever joins it.
type edition struct {
	role          Role
	schema, epoch int
	bytes         int // that are stored
}

// admits refuses an editor that does not know all of the document's nodes, since
// it would delete them, whoever still has what was replaced, and everybody when
// the document is too large.
func (e edition) admits(o Opening) error {
	switch {
	case e.bytes > budget.DocumentState.Bytes:
		return errTooLarge()
	case o.Schema != nil && *o.Schema < e.schema:
		return fault.Conflict("This page is older than the document. Reload the page.")
	case o.Epoch != nil && *o.Epoch != e.epoch:
		return fault.Conflict("The document was replaced. Open it anew.")
	}
	return nil
}

// open registers the channel and reads what it is to know.
func (s *Service) open(ctx context.Context, conn *hub.Conn, o Opening, e edition) (j Joined, err error) {
	l := s.openLive(o.DocID)
	ch := newChannel(l, conn)
	ch.yjs, ch.stock, ch.role, ch.epoch = o.Schema != nil, o.Stock, e.role, e.epoch
	client, err := newClient(ctx, s.db, o.DocID, conn.UserID(), true, false)
	if err != nil {
		return j, err
	}
	ch.client, ch.awarenessClient = uint64(client), uint64(client)
	s.register(ch)
	s.hub.Subscribe(conn, Resource, o.DocID) // its title is on the page
	if j.Whole, err = s.Get(ctx, conn.UserID(), o.DocID); err != nil {
		return j, err
	}
	if j.Collaborators, err = s.collaborators(ctx, o.DocID, conn.UserID()); err != nil {
		return j, err
	}
	j.Client, j.Epoch, j.Schema = ch.client, e.epoch, e.schema
	if ch.yjs {
		j.Channel = o.DocID
		l.requestSync(syncRequest{from: ch})
	}
	s.announce(ctx, ch)
	return j, nil
}

// Leave closes it.
func (s *Service) Leave(conn *hub.Conn, docID int64) {
	for _, room := range rooms(docID) {
		s.hub.Leave(conn, room)
	}
}
