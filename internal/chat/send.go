package chat

import (
	"context"
	"slices"
	"sync"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/fault"
	"hubbub/internal/hub"
	"hubbub/internal/postgres"
	"hubbub/internal/wire"
)

// Outgoing is a message that somebody wants to send.
type Outgoing struct {
	RoomID   int64
	Text     string
	ClientID *string // a UUID; the same one again is the same message
	ReplyTo  *int64  // a message of the room
}

// Send stores the message and tells the room. The first message to a public
// room makes its sender a member. Sending the same clientId again answers the
// message that it made, and tells nobody; to another room it is a 409.
func (s *Service) Send(ctx context.Context, from *hub.Conn, who account.User, out Outgoing) (Message, error) {
	if err := checkText(out.Text); err != nil {
		return Message{}, err
	}
	room, err := access(ctx, s.db, who.ID, out.RoomID)
	if err != nil {
		return Message{}, err
	}
	m, err := s.store(ctx, room, who, out)
	if postgres.Violates(err, "one_message_a_client_id") {
		return s.sentBefore(ctx, who, out)
	}
	if err != nil {
		return Message{}, err
	}
	if from != nil {
		s.stopTyping(ctx, from, out.RoomID)
	}
	s.tellSent(ctx, room, m, from)
	return m.seenBy(who.ID), nil
}

// store builds the message without reading it back: what the database adds is
// its id, seq and time.
func (s *Service) store(ctx context.Context, room Room, who account.User, out Outgoing) (Message, error) {
	if err := room.mayWrite(); err != nil {
		return Message{}, err
	}
	quote, err := s.quote(ctx, out)
	if err != nil {
		return Message{}, err
	}
	html, mentions, err := s.render(ctx, out.Text)
	if err != nil {
		return Message{}, err
	}
	row, err := s.outbox.Store(ctx, draft{
		RoomID: out.RoomID, SenderID: who.ID, Text: out.Text, HTML: html,
		ClientID: out.ClientID, ReplyTo: out.ReplyTo, Mentions: mentions, MakeThese: room.joinedByWriting(who.ID),
	})
	if err != nil {
		return Message{}, err
	}
	return Message{
		ID: row.ID, RoomID: out.RoomID, Seq: row.Seq, CreatedSeq: row.Seq, Sender: s.people.ProfilesOf(ctx, []account.User{who})[0],
		Text: out.Text, HTML: html, ClientID: out.ClientID, ReplyTo: quote, Reactions: []Reaction{},
		CreatedAt: wire.Time(row.CreatedAt), Mentions: mentions,
	}, nil
}

// joinedByWriting is who becomes a member by the person's message: themselves
// in a public room, both people of a direct one, also when one had left it.
func (r Room) joinedByWriting(userID int64) []int64 {
	switch {
	case r.Kind == Direct:
		return r.pair
	case r.Role == "":
		return []int64{userID}
	}
	return nil
}

func (s *Service) sentBefore(ctx context.Context, who account.User, out Outgoing) (Message, error) {
	m, err := messageOfClient(ctx, s.db, who.ID, *out.ClientID)
	if err != nil {
		return m, err
	}
	if m.RoomID != out.RoomID {
		return m, fault.Conflict("This clientId was used for a message of another room.")
	}
	if m, err = s.withPeople(ctx, m); err != nil {
		return m, err
	}
	return m.seenBy(who.ID), nil
}

// render turns a text into HTML, and finds whom it mentions.
func (s *Service) render(ctx context.Context, source string) (html string, mentions []int64, err error) {
	md := parseMarkdown(source)
	handles := md.Handles()
	if len(handles) == 0 {
		return md.Render(nil), nil, nil
	}
	people, err := s.people.ByHandles(ctx, handles)
	if err != nil {
		return "", nil, err
	}
	known := map[string]int64{}
	for handle, u := range people {
		known[handle] = u.ID
		mentions = append(mentions, u.ID)
	}
	return md.Render(known), mentions, nil
}

func (s *Service) quote(ctx context.Context, out Outgoing) (*Quote, error) {
	if out.ReplyTo == nil {
		return nil, nil
	}
	m, err := messageByID(ctx, s.db, *out.ReplyTo)
	if fault.Is(err, 404) || err == nil && (m.RoomID != out.RoomID || m.Deleted()) {
		return nil, fault.Invalid("replyTo", "is no message of this room")
	}
	if err != nil {
		return nil, err
	}
	return &Quote{ID: m.ID, Sender: s.profile(ctx, m.Sender.ID), Text: m.Text}, nil
}

// outbox groups the sends of the moment into one transaction: under load a
// commit, which waits for the disk, serves many of them, and at rest a send
// waits for no other.
//
// Whoever comes first stores what is there, its own draft and those that came
// meanwhile, until nothing is left; the others wait for their result.
type outbox struct {
	store func(context.Context, []draft) ([]stored, error)

	mu      sync.Mutex
	waiting []*parcel
	busy    bool
}

// parcel is a draft on its way, and what became of it once done is closed.
type parcel struct {
	draft draft
	row   stored
	err   error
	done  chan struct{}
}

const (
	outboxMost     = 64               // drafts a transaction
	outboxPatience = 10 * time.Second // for a transaction: nobody's request may cut it short
)

// Store returns when the draft is committed, or cannot be.
func (o *outbox) Store(ctx context.Context, d draft) (stored, error) {
	p := &parcel{draft: d, done: make(chan struct{})}
	if o.add(p) {
		o.deliver(ctx)
	}
	<-p.done
	return p.row, p.err
}

// add queues the parcel and says whether the caller has to deliver.
func (o *outbox) add(p *parcel) (lead bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting = append(o.waiting, p)
	lead = !o.busy
	o.busy = true
	return lead
}

func (o *outbox) deliver(ctx context.Context) {
	for load := o.next(); load != nil; load = o.next() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), outboxPatience)
		o.commit(ctx, load)
		cancel()
		for _, p := range load {
			close(p.done)
		}
	}
}

func (o *outbox) next() []*parcel {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := min(len(o.waiting), outboxMost)
	if n == 0 {
		o.busy = false
		return nil
	}
	load := slices.Clone(o.waiting[:n])
	o.waiting = slices.Delete(o.waiting, 0, n)
	// All nodes take rooms in the same order, so that none waits for another
	// that waits for it. Within a room the order of arrival stays.
	slices.SortStableFunc(load, func(a, b *parcel) int { return int(a.draft.RoomID - b.draft.RoomID) })
	return load
}

// commit stores the load at once; when one of it cannot be stored, each by
// itself. When the connection was lost nobody knows whether the load is
// committed: it is not tried again here, for it might be stored twice. Its
// senders are told, and try again with the same clientId.
func (o *outbox) commit(ctx context.Context, load []*parcel) {
	drafts := make([]draft, len(load))
	for i, p := range load {
		drafts[i] = p.draft
	}
	rows, err := o.store(ctx, drafts)
	if err != nil && len(load) > 1 && !postgres.Unavailable(err) {
		for _, p := range load {
			o.commit(ctx, []*parcel{p})
		}
		return
	}
	for i, p := range load {
		if p.err = err; err == nil {
			p.row = rows[i]
		}
	}
}
