package collab

import (
	"context"
	"strings"

	"hubbub/internal/account"
	"hubbub/internal/live/hub"
)

// Filter selects the documents of a list.
type Filter struct {
	Query  string // words of the title or the text; "": all documents
	Before Place  // only documents after this one in the list, which changed earlier
	Limit  int
}

// List is the content of the page that lists documents.
type List struct {
	Query     string
	Before    Place
	Documents []Document
	More      bool // there are documents that changed earlier
	Form      NewForm
}

// listPage returns a page of documents. It reads one more than it returns, to know whether
// there are more.
func (s *Service) listPage(ctx context.Context, conn *hub.Conn, userID int64, in listInput) (List, error) {
	shelf := List{Query: strings.TrimSpace(in.Query), Before: in.Before}
	limit := in.Limit.Within(pageSize, maxPage)
	documents, err := s.Documents(ctx, conn, userID, Filter{Query: shelf.Query, Before: shelf.Before, Limit: limit + 1})
	shelf.More = len(documents) > limit
	shelf.Documents = documents[:min(len(documents), limit)]
	return shelf, err
}

// Documents lists the documents that the user may read. A connection is subscribed to
// changes of them, and to new ones.
func (s *Service) Documents(ctx context.Context, conn *hub.Conn, userID int64, f Filter) ([]Document, error) {
	if conn != nil {
		s.hub.Watch(conn, Resource)
	}
	documents, err := s.documentsOf(ctx, userID, f)
	if err != nil {
		return nil, err
	}
	if conn != nil {
		s.hub.Subscribe(conn, Resource, documentIDs(documents)...)
	}
	return documents, s.fillPeople(ctx, documents)
}

// documentsOf lists documents. If Before has only an id, it looks up that document's place;
// if the user may not read that document or it does not exist, the list is empty.
func (s *Service) documentsOf(ctx context.Context, userID int64, f Filter) ([]Document, error) {
	if f.Before.ID != 0 && f.Before.At.IsZero() {
		d, err := documentFor(ctx, s.db, userID, f.Before.ID)
		if err != nil {
			return []Document{}, ignoreGone(err)
		}
		f.Before = placeOf(d)
	}
	return documentsOf(ctx, s.db, userID, f)
}

func documentIDs(documents []Document) []int64 {
	ids := make([]int64, len(documents))
	for i := range documents {
		ids[i] = documents[i].ID
	}
	return ids
}

// fillPeople fills in who changed the documents last, and which visible users have them
// open.
func (s *Service) fillPeople(ctx context.Context, documents []Document) error {
	here, err := peopleHere(ctx, s.db, documentIDs(documents))
	if err != nil {
		return err
	}
	var ids []int64
	for i := range documents {
		ids = append(append(ids, documents[i].UpdatedBy.ID), here[documents[i].ID]...)
	}
	profiles, err := s.people.Profiles(ctx, sortedUnique(ids))
	if err != nil {
		return err
	}
	for i := range documents {
		d := &documents[i]
		d.UpdatedBy, d.Here = profiles[d.UpdatedBy.ID], []account.Profile{}
		for _, userID := range here[d.ID] {
			if s.presence.Visible(userID) {
				d.Here = append(d.Here, profiles[userID])
			}
		}
	}
	return nil
}

// publishDocument sends the document's current state to the lists that it is in.
func (s *Service) publishDocument(ctx context.Context, docID int64) error {
	d, err := documentNow(ctx, s.db, docID)
	if err != nil {
		return ignoreGone(err)
	}
	one := []Document{d}
	if err := s.fillPeople(ctx, one); err != nil {
		return err
	}
	s.publishChange(ctx, nil, one[0], false)
	return nil
}

// publishChange publishes the changed document to its subscribers. With opened, every user
// can read it from now on, so it is also published as a new one.
func (s *Service) publishChange(ctx context.Context, from *hub.Conn, d Document, opened bool) {
	s.hub.Publish(ctx, Resource, hub.Change{Verb: hub.Updated, ID: d.ID, Data: d.withoutRole()}, hub.Subscribers, from)
	if opened {
		s.hub.Publish(ctx, Resource, hub.Change{Verb: hub.Created, ID: d.ID, Data: d.withoutRole()}, hub.Subscribers, from)
	}
}

// withoutRole returns the document without the reader's role, for a broadcast.
func (d Document) withoutRole() Document {
	d.Role = ""
	return d
}
