package collab

import (
	"context"

	"hubbub/internal/base/budget"
	"hubbub/internal/base/fault"
	"hubbub/internal/live/hub"
)

// Opening is a client's request to join a document.
type Opening struct {
	DocID  int64
	Schema *int // of its editor; nil: it has no editor and gets no binary messages
	Epoch  *int // of the content that it has stored; nil: it has none
	Stock  bool // it speaks y-websocket
}

// Joined is the answer to a join.
type Joined struct {
	Whole
	Collaborators []Collaborator `json:"collaborators"`
	Channel       int64          `json:"channel,omitempty"`
	Client        uint64         `json:"client"`
	Epoch         int            `json:"epoch"`
	Schema        int            `json:"schema"`
}

// Join opens a document for the connection. It authorises, joins the rooms, and only
// then reads, so that no event is missed in between. The rooms' events are held until
// the answer is queued.
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

// enter authorises the connection, and joins and holds its rooms.
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

// edition has the properties of a document that a join is checked against.
type edition struct {
	role          Role
	schema, epoch int
	bytes         int // of the newest snapshot and the updates after it
}

// admits returns an error if the document is too large to be read, if the client's editor
// has an older schema and so would delete nodes that it does not know, or if the
// client's stored content is of another epoch.
func (e edition) admits(o Opening) error {
	switch {
	case e.bytes > budget.DocumentState.Bytes:
		return errTooLarge()
	case o.Schema != nil && *o.Schema < e.schema:
		return fault.Conflict("This page is out of date. Reload the page.")
	case o.Epoch != nil && *o.Epoch != e.epoch:
		return fault.Conflict("Someone replaced this document. Open it again.")
	}
	return nil
}

// open registers the channel and reads the answer to the join.
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
	s.hub.Subscribe(conn, Resource, o.DocID) // the page shows the title
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

// Leave takes the connection out of the document's rooms, which closes its channel.
func (s *Service) Leave(conn *hub.Conn, docID int64) {
	for _, room := range rooms(docID) {
		s.hub.Leave(conn, room)
	}
}
