package collab

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

const (
	maxAnchor   = 2000 // bytes of two relative positions
	maxQuote    = 500  // characters
	maxComment  = 2000 // characters
	maxMentions = 20   // mentions in a comment that notify users
)

// Anchor is the range of text that a thread is about: two relative positions of Yjs, as
// JSON, which move with the text. The editor makes and reads them.
type Anchor struct {
	Start json.RawMessage `json:"start"`
	End   json.RawMessage `json:"end"`
}

func (a Anchor) check() error {
	if len(a.Start) == 0 || len(a.End) == 0 || len(a.Start)+len(a.End) > maxAnchor {
		return fault.Invalid("anchor", "must have a start and an end, two relative positions")
	}
	return nil
}

// Thread is a conversation about a part of the document.
type Thread struct {
	ID         int64            `json:"id"`
	DocID      int64            `json:"docId"`
	Anchor     Anchor           `json:"anchor"`
	Quote      string           `json:"quote"` // the text that was selected
	Comments   []Comment        `json:"comments"`
	ResolvedAt *wire.Time       `json:"resolvedAt"`
	ResolvedBy *account.Profile `json:"resolvedBy"`
}

// Comment is one message of a thread.
type Comment struct {
	ID        int64           `json:"id"`
	Author    account.Profile `json:"author"`
	Text      string          `json:"text"`
	CreatedAt wire.Time       `json:"createdAt"`
}

// Removed is the body of commentRemoved.
type Removed struct {
	ID    int64 `json:"id"`
	DocID int64 `json:"docId"`
}

func checkComment(text string) (string, error) {
	text = strings.TrimSpace(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "", fault.Invalid("text", "is required")
	case n > maxComment:
		return "", fault.Invalid("text", "must be 2000 characters or fewer")
	}
	return text, nil
}

// Threads lists a document's threads, the oldest first. The error is 404 if the user may
// not read it.
func (s *Service) Threads(ctx context.Context, userID, docID int64) ([]Thread, error) {
	if _, err := editionFor(ctx, s.db, docID, userID); err != nil {
		return nil, err
	}
	threads, err := threadsOf(ctx, s.db, docID, 0)
	if err != nil {
		return nil, err
	}
	return threads, s.fillThreadProfiles(ctx, threads)
}

// Comment starts a thread. For every user who may read the document.
func (s *Service) Comment(ctx context.Context, from *hub.Conn, who account.User, docID int64, at Anchor, quote, text string) (Thread, error) {
	if err := at.check(); err != nil {
		return Thread{}, err
	}
	if runes := []rune(quote); len(runes) > maxQuote {
		quote = string(runes[:maxQuote])
	}
	return s.addComment(ctx, from, who, docID, text, func(tx postgres.Tx) (int64, error) {
		return insertThread(ctx, tx, docID, who.ID, at, quote)
	})
}

// Reply adds a comment to a thread, and reopens it if it was resolved. For every user
// who may read the document.
func (s *Service) Reply(ctx context.Context, from *hub.Conn, who account.User, docID, threadID int64, text string) (Thread, error) {
	return s.addComment(ctx, from, who, docID, text, func(tx postgres.Tx) (int64, error) {
		if _, _, err := threadOf(ctx, tx, docID, threadID); err != nil {
			return 0, err
		}
		return threadID, resolveThread(ctx, tx, threadID, 0)
	})
}

// addComment adds a comment to the thread whose id the function thread returns. The users
// to notify are stored in the same transaction (transactional outbox), and notified
// later, at least once.
func (s *Service) addComment(
	ctx context.Context, from *hub.Conn, who account.User, docID int64, text string,
	thread func(postgres.Tx) (int64, error),
) (Thread, error) {
	text, err := checkComment(text)
	if err != nil {
		return Thread{}, err
	}
	named, err := s.mentionedUsers(ctx, text)
	if err != nil {
		return Thread{}, err
	}
	var id int64
	err = s.locked(ctx, docID, who.ID, func(tx postgres.Tx, _ Role) error {
		if id, err = thread(tx); err != nil {
			return err
		}
		return insertComment(ctx, tx, docID, id, who.ID, text, named)
	})
	if err != nil {
		return Thread{}, err
	}
	s.alertAdded.Signal()
	return s.broadcastThread(ctx, from, docID, id)
}

var mentionPattern = regexp.MustCompile(`(?:^|[^\w@])@([\pL\pN][\pL\pN._-]*)`)

// mentionedUsers returns the ids of the users that a text mentions.
func (s *Service) mentionedUsers(ctx context.Context, text string) ([]int64, error) {
	var handles []string
	for _, found := range mentionPattern.FindAllStringSubmatch(text, maxMentions) {
		handles = append(handles, strings.TrimRight(strings.ToLower(found[1]), "._-"))
	}
	if len(handles) == 0 {
		return nil, nil
	}
	people, err := s.people.ByHandles(ctx, handles)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, u := range people {
		ids = append(ids, u.ID)
	}
	return ids, nil
}

// Resolve resolves a thread or reopens it. For the user who started it, and for every
// user who may write. If nothing changes, nothing is published.
func (s *Service) Resolve(ctx context.Context, from *hub.Conn, userID, docID, threadID int64, resolved bool) (Thread, error) {
	by := int64(0)
	if resolved {
		by = userID
	}
	was := false
	err := s.locked(ctx, docID, userID, func(tx postgres.Tx, role Role) (err error) {
		var authorID int64
		if authorID, was, err = threadOf(ctx, tx, docID, threadID); err != nil {
			return err
		}
		if err := role.mayManage(authorID, userID); err != nil || was == resolved {
			return err
		}
		return resolveThread(ctx, tx, threadID, by)
	})
	switch {
	case err != nil:
		return Thread{}, err
	case was == resolved:
		return s.thread(ctx, docID, threadID)
	}
	return s.broadcastThread(ctx, from, docID, threadID)
}

// RemoveThread deletes a thread. For the user who started it, and for every user who may
// write.
func (s *Service) RemoveThread(ctx context.Context, from *hub.Conn, userID, docID, threadID int64) error {
	err := s.locked(ctx, docID, userID, func(tx postgres.Tx, role Role) error {
		authorID, _, err := threadOf(ctx, tx, docID, threadID)
		if err != nil {
			return err
		}
		if err := role.mayManage(authorID, userID); err != nil {
			return err
		}
		return deleteThread(ctx, tx, threadID)
	})
	if err == nil {
		s.hub.Broadcast(ctx, hub.Event{Name: eventErased, Class: hub.Log, Data: Removed{threadID, docID}}, hub.To(Room(docID)).Except(from))
	}
	return err
}

func (s *Service) broadcastThread(ctx context.Context, from *hub.Conn, docID, id int64) (Thread, error) {
	t, err := s.thread(ctx, docID, id)
	if err == nil {
		s.hub.Broadcast(ctx, hub.Event{Name: eventThread, Class: hub.Log, Data: t}, hub.To(Room(docID)).Except(from))
	}
	return t, err
}

func (s *Service) thread(ctx context.Context, docID, id int64) (Thread, error) {
	threads, err := threadsOf(ctx, s.db, docID, id)
	if err == nil && len(threads) == 0 {
		err = fault.NotFound()
	}
	if err == nil {
		err = s.fillThreadProfiles(ctx, threads)
	}
	if err != nil {
		return Thread{}, err
	}
	return threads[0], nil
}

func (s *Service) fillThreadProfiles(ctx context.Context, threads []Thread) error {
	var ids []int64
	eachProfile(threads, func(p *account.Profile) { ids = append(ids, p.ID) })
	profiles, err := s.people.Profiles(ctx, sortedUnique(ids))
	eachProfile(threads, func(p *account.Profile) { *p = profiles[p.ID] })
	return err
}

func eachProfile(threads []Thread, visit func(*account.Profile)) {
	for i := range threads {
		for j := range threads[i].Comments {
			visit(&threads[i].Comments[j].Author)
		}
		if threads[i].ResolvedBy != nil {
			visit(threads[i].ResolvedBy)
		}
	}
}
