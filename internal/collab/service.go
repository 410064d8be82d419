package collab

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/collab/yjs"
	"hubbub/internal/fault"
	"hubbub/internal/hub"
	"hubbub/internal/postgres"
	"hubbub/internal/wire"
)

// People is what collab needs to know of accounts.
type People interface {
	// Profiles returns who is there of the ids.
	Profiles(ctx context.Context, ids []int64) (map[int64]account.Profile, error)
	// ByHandles returns who has the handles, by handle.
	ByHandles(ctx context.Context, handles []string) (map[string]account.User, error)
}

// Entry is what a search may find of a document.
type Entry struct {
	DocID       int64
	Title, Text string
	At          time.Time
	Everyone    bool    // whoever is signed in may read it, not only the members
	Members     []int64 // who may read it
	Lost        []int64 // who no longer may
}

// Index is a search that learns of documents.
type Index interface {
	// Put replaces what the search knows of the document, in the transaction.
	Put(ctx context.Context, tx postgres.Tx, e Entry) error
	// Drop forgets it, and that these people were its members.
	Drop(ctx context.Context, tx postgres.Tx, docID int64, members []int64) error
	// Changed is called after the commit.
	Changed()
}

// Alert is a comment that concerns somebody.
type Alert struct {
	CommentID, ThreadID, DocID int64
	UserID, AuthorID           int64
	Mentioned                  bool // else it answers them
	Title                      string
	Text                       string
	At                         time.Time
}

// Notifier tells people what concerns them. It is called until it returns nil,
// so the same alert may come twice.
type Notifier interface {
	Notify(ctx context.Context, a Alert) error
}

// Config is how the service runs. The zero value is the usual.
type Config struct {
	Log      *slog.Logger
	Now      func() time.Time // nil: time.Now
	Index    Index            // nil: nobody searches
	Notifier Notifier         // nil: nobody is told
	Timing
}

// Service lets people write in one document at once. Its methods are safe to
// call at once.
type Service struct {
	db       *postgres.DB
	hub      *hub.Hub
	people   People
	log      *slog.Logger
	now      func() time.Time
	index    Index
	notifier Notifier
	timing   Timing

	ctx  context.Context // of what goes on by itself, until Run ends
	stop context.CancelFunc
	jobs sync.WaitGroup

	chores *chores
	plain  *plainReaders

	compact func(updates ...[]byte) ([]byte, error)
	stage   func(string) error // a test lets it fail there

	mu       sync.Mutex
	lives    map[int64]*live
	channels map[channelKey]*channel
}

// New wires the service to its database, hub and people. It watches the hub for
// connections that leave a document, so make one a hub. Run does the rest.
func New(db *postgres.DB, h *hub.Hub, people People, c Config) *Service {
	s := &Service{
		db: db, hub: h, people: people, log: c.Log, now: c.Now, index: c.Index, notifier: c.Notifier,
		timing: c.Timing.withDefaults(), compact: yjs.Compact, stage: func(string) error { return nil },
		lives: map[int64]*live{}, channels: map[channelKey]*channel{},
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.chores = newChores()
	s.plain = &plainReaders{s: s, news: map[int64]*news{}}
	h.OnLeave(roomPrefix, s.left)
	h.OnLost(roomPrefix, s.lost)
	h.OnDelivered(logPrefix, s.logged)
	h.OnDelivered(rightsPrefix, s.rightsHeard)
	return s
}

// Run looks after the documents until ctx ends: what other nodes wrote, texts
// for search, versions, compaction. Call it once.
func (s *Service) Run(ctx context.Context) {
	s.jobs.Go(func() { s.runChores(s.ctx) })
	tick := time.NewTicker(s.timing.Check)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.complain("check the open documents", s.check(s.ctx))
			s.chores.all()
		case <-ctx.Done():
			s.stop()
			s.jobs.Wait()
			return
		}
	}
}

// sleep reports false if the service ends meanwhile.
func (s *Service) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// complain is for errors of what goes on by itself.
func (s *Service) complain(doing string, err error) {
	if err != nil && s.ctx.Err() == nil {
		s.log.Warn("collab: "+doing, "err", err)
	}
}

// live opens the document on this node.
func (s *Service) live(docID int64) *live {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lives[docID]
	if l == nil {
		l = &live{id: docID, s: s, channels: map[*channel]bool{}, used: s.now()}
		s.lives[docID] = l
	}
	return l
}

// logged is told when another node, or this one, has written to the log.
func (s *Service) logged(room string, _ int64) {
	s.mu.Lock()
	l := s.lives[documentOf(room)]
	s.mu.Unlock()
	if l != nil {
		l.lookAgain()
	}
}

// rightsHeard is told when a node has changed who may what.
func (s *Service) rightsHeard(room string, _ int64) {
	s.mu.Lock()
	l := s.lives[documentOf(room)]
	s.mu.Unlock()
	if l != nil {
		s.jobs.Go(func() { s.recheck(s.ctx, l) })
	}
}

// lost is told when messages to a channel were discarded: it begins anew.
func (s *Service) lost(conn *hub.Conn, room string) {
	if ch := s.channelOf(conn, documentOf(room)); ch != nil {
		ch.live.ask(ask{from: ch, sv: ch.nothing()})
	}
}

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
}

// admits refuses an editor that does not know all of the document's nodes, since
// it would delete them, and whoever still has what was replaced.
func (e edition) admits(o Opening) error {
	switch {
	case o.Schema != nil && *o.Schema < e.schema:
		return fault.Conflict("This page is older than the document. Reload the page.")
	case o.Epoch != nil && *o.Epoch != e.epoch:
		return fault.Conflict("The document was replaced. Open it anew.")
	}
	return nil
}

// open registers the channel and reads what it is to know.
func (s *Service) open(ctx context.Context, conn *hub.Conn, o Opening, e edition) (j Joined, err error) {
	l := s.live(o.DocID)
	ch := newChannel(l, conn)
	ch.yjs, ch.stock, ch.role, ch.epoch = o.Schema != nil, o.Stock, e.role, e.epoch
	client, err := newClient(ctx, s.db, o.DocID, conn.UserID(), true, false)
	if err != nil {
		return j, err
	}
	ch.client, ch.caret = uint64(client), uint64(client)
	s.register(ch)
	if j.Whole, err = s.Get(ctx, conn.UserID(), o.DocID); err != nil {
		return j, err
	}
	if j.Collaborators, err = s.collaborators(ctx, o.DocID); err != nil {
		return j, err
	}
	j.Client, j.Epoch, j.Schema = ch.client, e.epoch, e.schema
	if ch.yjs {
		j.Channel = o.DocID
		l.ask(ask{from: ch})
	}
	s.tellVisit(ctx, eventJoined, ch)
	return j, nil
}

// Leave closes it.
func (s *Service) Leave(conn *hub.Conn, docID int64) {
	for _, room := range rooms(docID) {
		s.hub.Leave(conn, room)
	}
}

// Cursor tells the others where somebody is who writes without an editor.
func (s *Service) Cursor(ctx context.Context, conn *hub.Conn, docID, position int64) error {
	if s.channelOf(conn, docID) == nil {
		return fault.Forbidden("Join the document first.")
	}
	data := Cursor{UserID: conn.UserID(), DocID: docID, Position: position}
	s.hub.Broadcast(ctx, hub.Event{Name: eventCursor, Class: hub.Volatile, Data: data}, conn, Room(docID))
	return nil
}

func (s *Service) collaborators(ctx context.Context, docID int64) ([]Collaborator, error) {
	here, err := clientsHere(ctx, s.db, docID)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(here))
	for i, c := range here {
		ids[i] = c.User.ID
	}
	profiles, err := s.people.Profiles(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i := range here {
		here[i].User = profiles[here[i].User.ID]
	}
	return here, nil
}

func (s *Service) tellVisit(ctx context.Context, name string, ch *channel) {
	profiles, err := s.people.Profiles(ctx, []int64{ch.userID})
	if err != nil {
		s.complain("tell of a collaborator", err)
		return
	}
	client, _ := ch.caretNow()
	v := Visit{UserID: ch.userID, DocID: ch.live.id, Client: client, User: profiles[ch.userID]}
	s.hub.Broadcast(ctx, hub.Event{Name: name, Class: hub.State, Key: ch.conn.ID() + name, Data: v}, ch.conn, Room(ch.live.id))
}

// check looks after what is open here: whether the log has more, whether people
// may still be where they are, and which channels are alive.
func (s *Service) check(ctx context.Context) error {
	lives := s.openDocuments()
	ids := make([]int64, 0, len(lives))
	var clients []clientKey
	for id, l := range lives {
		ids = append(ids, id)
		for _, ch := range l.open() {
			clients = append(clients, clientKey{id, int64(ch.client)})
		}
	}
	found, err := places(ctx, s.db, ids)
	if err != nil {
		return err
	}
	for id, l := range lives {
		if l.lags(found[id]) {
			l.lookAgain()
		}
		s.recheck(ctx, l)
	}
	return noteHere(ctx, s.db, clients)
}

// lags tells whether the database has more than is known; a document that is in
// use just now looks by itself.
func (l *live) lags(p place) bool {
	if !l.turn.TryLock() {
		return false
	}
	defer l.turn.Unlock()
	return l.known != nil && p.seq > l.known.seq
}

// openDocuments lists them, and forgets those that nobody has used for long.
func (s *Service) openDocuments() map[int64]*live {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, open := s.now(), map[int64]*live{}
	for id, l := range s.lives {
		if l.idle(now) > keepUnused {
			delete(s.lives, id)
			continue
		}
		open[id] = l
	}
	return open
}

// keepUnused is how long a document stays open that nobody is in: people reload.
const keepUnused = time.Minute

// recheck compares what the people here may do with what they could: whoever
// may not read any more is put out, and others learn of their new role.
func (s *Service) recheck(ctx context.Context, l *live) {
	channels := l.open()
	if len(channels) == 0 {
		return
	}
	ids := make([]int64, len(channels))
	for i, ch := range channels {
		ids[i] = ch.userID
	}
	now, err := roles(ctx, s.db, l.id, sortedUnique(ids))
	if err != nil {
		s.complain("look who may read", err)
		return
	}
	place, err := places(ctx, s.db, []int64{l.id})
	if err != nil {
		s.complain("look for the document", err)
		return
	}
	for _, ch := range channels {
		s.reconsider(ctx, ch, now[ch.userID], place)
	}
}

func (s *Service) reconsider(ctx context.Context, ch *channel, role Role, found map[int64]place) {
	docID := ch.live.id
	p, exists := found[docID]
	switch {
	case !exists:
		s.putOut(ctx, ch, whyDeleted)
	case role == Nobody:
		s.putOut(ctx, ch, whyRevoked)
	case p.epoch != ch.epoch:
		s.putOut(ctx, ch, whyEpoch)
	case ch.becomes(role):
		s.hub.BroadcastHere(ctx, rights(docID, role), ch.conn.ID())
	}
}

// putOut closes the channel; what waits for it from the document is discarded.
func (s *Service) putOut(ctx context.Context, ch *channel, why string) {
	for _, room := range rooms(ch.live.id) {
		s.hub.Expel(ch.conn, room)
	}
	if ch.stock {
		ch.conn.Close(wire.CloseRestart) // it knows no other word for it
	}
	s.hub.BroadcastHere(ctx, gone(ch.live.id, why), ch.conn.ID())
}

// becomes reports whether the role is a new one.
func (ch *channel) becomes(role Role) bool {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	changed := ch.role != role
	ch.role = role
	return changed
}

func isGone(err error) bool { return fault.Is(err, http.StatusNotFound) }
