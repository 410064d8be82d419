package collab

import (
	"context"
	"net/http"
	"strings"

	"hubbub/internal/base/fault"
	"hubbub/internal/base/postgres"
	"hubbub/internal/collab/yjs"
	"hubbub/internal/live/hub"
)

// Document returns a document without its text; the error is 404 if the user may not
// read it.
func (s *Service) Document(ctx context.Context, userID, docID int64) (Document, error) {
	d, err := documentFor(ctx, s.db, userID, docID)
	if err != nil {
		return d, err
	}
	one := []Document{d}
	err = s.fillPeople(ctx, one)
	return one[0], err
}

// DocumentsByID returns those of the documents that the user may read, by id.
func (s *Service) DocumentsByID(ctx context.Context, userID int64, ids []int64) (map[int64]Document, error) {
	documents, err := documentsByID(ctx, s.db, userID, ids)
	if err != nil {
		return nil, err
	}
	found := make(map[int64]Document, len(documents))
	err = s.fillPeople(ctx, documents)
	for _, d := range documents {
		found[d.ID] = d
	}
	return found, err
}

// Get returns a document with its current text; the error is 404 if the user may not
// read it.
func (s *Service) Get(ctx context.Context, userID, docID int64) (w Whole, err error) {
	if w.Document, err = s.Document(ctx, userID, docID); err != nil {
		return w, err
	}
	w.Content, err = s.text(ctx, docID)
	return w, err
}

// text returns the document's current text, one line for each paragraph. It is the text
// stored for search if that is up to date, or if reading the document costs too much.
func (s *Service) text(ctx context.Context, docID int64) (string, error) {
	text, textSeq, seq, err := textOf(ctx, s.db, docID)
	if err != nil || textSeq == seq {
		return text, err
	}
	c, err := readContent(ctx, s.db, docID)
	if isTooLarge(err) {
		return text, nil
	}
	if err != nil {
		return "", err
	}
	if fresh, err := readText(ctx, c.updates...); err == nil {
		return fresh, nil
	}
	return text, nil
}

// readText returns the text of a whole document's page.
func readText(ctx context.Context, updates ...[]byte) (text string, err error) {
	err = withBuilt(ctx, updates, func(d *yjs.Document) error {
		text, err = d.Text(yjs.Page)
		return err
	})
	return strings.TrimSuffix(strings.ReplaceAll(text, "\x00", ""), "\n"), err
}

// Create makes a document with the nodes, or with one empty paragraph if there are none.
// Only the server inserts the first content; if clients did, too, it would be there twice.
func (s *Service) Create(ctx context.Context, from *hub.Conn, userID int64, d Draft, nodes []yjs.Node) (Document, error) {
	if d.Title == nil {
		return Document{}, fault.Invalid("title", "is required")
	}
	if err := d.check(); err != nil {
		return Document{}, err
	}
	seed := seedOf(nodes)
	if err := checkSeed(seed); err != nil {
		return Document{}, err
	}
	id, err := s.insert(ctx, userID, d, seed)
	if err != nil {
		return Document{}, err
	}
	s.maintenance.wake.Signal()
	return s.publishCreated(ctx, from, userID, id)
}

// seedOf returns the first update of a document.
func seedOf(nodes []yjs.Node) []byte {
	if len(nodes) == 0 {
		return yjs.Seed()
	}
	return yjs.Import(0, nodes)
}

// checkSeed checks a document's first update against the limits of later ones.
func checkSeed(seed []byte) error {
	u, err := yjs.Decode(seed)
	if err != nil {
		return err
	}
	if len(seed) > maxUpdate || (&summary{}).check(u, false) != 0 {
		return fault.New(http.StatusUnprocessableEntity, "This text is too long for one document. Split it into several.")
	}
	return nil
}

func (s *Service) insert(ctx context.Context, userID int64, d Draft, seed []byte) (id int64, err error) {
	visibility := Private
	if d.Visibility != nil {
		visibility = *d.Visibility
	}
	err = postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		if id, err = insertDocument(ctx, tx, *d.Title, visibility, userID); err != nil {
			return err
		}
		_, err = appendLog(ctx, tx, id, 0, []entry{{userID, seed}})
		return err
	})
	return id, err
}

func (s *Service) publishCreated(ctx context.Context, from *hub.Conn, userID, id int64) (Document, error) {
	made, err := s.Document(ctx, userID, id)
	if err != nil {
		return made, err
	}
	audience := hub.Users(userID)
	if made.Visibility == Everyone {
		audience = hub.Subscribers
	}
	if from != nil {
		s.hub.Subscribe(from, Resource, id)
	}
	s.hub.Publish(ctx, Resource, hub.Change{Verb: hub.Created, ID: id, Data: made.withoutRole()}, audience, from)
	return made, nil
}

// Change sets the title or the visibility. For owners; editors may set the title. If
// nothing changes, nothing is published.
func (s *Service) Change(ctx context.Context, from *hub.Conn, userID, docID int64, d Draft) (Document, error) {
	if err := d.check(); err != nil {
		return Document{}, err
	}
	var was Visibility
	changes := false
	err := s.locked(ctx, docID, userID, func(tx postgres.Tx, role Role) (err error) {
		if err := role.mayChange(d); err != nil {
			return err
		}
		if was, changes, err = changeDocument(ctx, tx, docID, d); err != nil || !changes {
			return err
		}
		return s.putEntry(ctx, tx, docID)
	})
	if err != nil {
		return Document{}, err
	}
	if !changes {
		return s.Document(ctx, userID, docID)
	}
	s.publishRightsChange(ctx, docID)
	s.index.Changed()
	changed, err := s.Document(ctx, userID, docID)
	if err == nil {
		s.publishChange(ctx, from, changed, changed.Visibility == Everyone && was != Everyone)
	}
	return changed, err
}

// locked runs do in a transaction that has locked the document: nothing else changes its
// log or its rights. The error is 404 if the user may not read it.
func (s *Service) locked(ctx context.Context, docID, userID int64, do func(tx postgres.Tx, role Role) error) error {
	return postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		h, err := lockDocument(ctx, tx, docID, []int64{userID})
		if err != nil {
			return err
		}
		if h.roles[userID] == Nobody {
			return fault.NotFound()
		}
		return do(tx, h.roles[userID])
	})
}

// Delete deletes the document and everything that belongs to it. For owners.
func (s *Service) Delete(ctx context.Context, from *hub.Conn, userID, docID int64) error {
	err := s.locked(ctx, docID, userID, func(tx postgres.Tx, role Role) error {
		if role != Owner {
			return fault.Forbidden("Only owners can do that.")
		}
		if err := s.dropEntry(ctx, tx, docID); err != nil {
			return err
		}
		return deleteDocument(ctx, tx, docID)
	})
	if err != nil {
		return err
	}
	s.hub.Publish(ctx, Resource, hub.Change{Verb: hub.Destroyed, ID: docID}, hub.Subscribers, from)
	s.publishRightsChange(ctx, docID)
	s.index.Changed()
	return nil
}
