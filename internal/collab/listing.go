package collab

import (
	"context"
	"strings"

	"hubbub/internal/account"
	"hubbub/internal/hub"
)

// Filter says which documents a list has.
type Filter struct {
	Query  string // in the title or the text
	Before Place  // only those that come after it in the list: that changed before
	Limit  int
}

// Shelf is what the list of documents shows.
type List struct {
	Query     string
	Before    Place
	Documents []Document
	More      bool // there are older ones
	Form      NewForm
}

// shelf is a page of documents. One more is asked for than is shown, to know
// whether there are more.
func (s *Service) listPage(ctx context.Context, conn *hub.Conn, userID int64, in listInput) (List, error) {
	shelf := List{Query: strings.TrimSpace(in.Query), Before: in.Before}
	limit := in.Limit.Within(pageSize, maxPage)
	documents, err := s.Documents(ctx, conn, userID, Filter{Query: shelf.Query, Before: shelf.Before, Limit: limit + 1})
	shelf.More = len(documents) > limit
	shelf.Documents = documents[:min(len(documents), limit)]
	return shelf, err
}

// Documents lists what the person may read. A live connection hears of changes
// to them, and of new ones, from then on.
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

// documentsOf finds the place of a document that is given by its id alone. One that
// the reader may not see has none, just as one that is not there.
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

// fillPeople puts in who changed them last, and who has them open and shows it.
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

// tellLists tells whoever has the document in a list how it is now.
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

// tellChanged does so; opened: it can be read by everyone now, so that it is new
// to people who follow what is new.
func (s *Service) publishChange(ctx context.Context, from *hub.Conn, d Document, opened bool) {
	s.hub.Publish(ctx, Resource, hub.Change{Verb: hub.Updated, ID: d.ID, Data: d.withoutRole()}, hub.Subscribers, from)
	if opened {
		s.hub.Publish(ctx, Resource, hub.Change{Verb: hub.Created, ID: d.ID, Data: d.withoutRole()}, hub.Subscribers, from)
	}
}

// forAnyone is the document without what it is to one reader.
func (d Document) withoutRole() Document {
	d.Role = ""
	return d
}
