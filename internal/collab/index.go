package collab

import (
	"context"
	"slices"
	"time"

	"hubbub/internal/base/postgres"
)

// Entry is a document in the search index.
type Entry struct {
	DocID       int64
	Title, Text string
	At          time.Time
	Everyone    bool    // every signed-in user may read it, not only the members
	Members     []int64 // the users who may read it
	Lost        []int64 // the users who may no longer read it as members
}

// Index is a search index of documents.
type Index interface {
	// Put replaces the document's entry, in the transaction.
	Put(ctx context.Context, tx postgres.Tx, e Entry) error
	// Drop deletes the document's entry and the rights of these members.
	Drop(ctx context.Context, tx postgres.Tx, docID int64, members []int64) error
	// Changed is called after the commit.
	Changed()
}

// updateTexts reads the texts that are stale, and puts them into the search index:
// Timing.Settle after the last change, and every Timing.AtMost while users keep writing.
func (s *Service) updateTexts(ctx context.Context) error {
	ids, err := staleTexts(ctx, s.db, s.now().Add(-s.timing.Settle), s.now().Add(-s.timing.AtMost))
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.updateText(ctx, id); err != nil {
			return err
		}
		if err := s.publishDocument(ctx, id); err != nil {
			return err
		}
	}
	if len(ids) > 0 {
		s.notifyIndex()
	}
	return nil
}

func (s *Service) updateText(ctx context.Context, docID int64) error {
	return postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		if locked, err := tryJobLock(ctx, tx, lockText, docID); err != nil || !locked {
			return err
		}
		c, err := readContent(ctx, tx, docID)
		if err != nil && !isTooLarge(err) {
			return ignoreGone(err)
		}
		text := ""
		if err == nil {
			err = s.guard.Try("collab-text", func() (err error) {
				text, err = readText(ctx, c.updates...)
				return err
			})
		}
		if err != nil {
			s.log.Warn("a document cannot be read for search", "document", docID, "error", err)
			return storeText(ctx, tx, docID, c.seq, nil)
		}
		if err := storeText(ctx, tx, docID, c.seq, &text); err != nil {
			return err
		}
		return s.putEntry(ctx, tx, docID)
	})
}

// putEntry puts the document as it is stored into the search index. The lost users may no
// longer find it, except those who are still members.
func (s *Service) putEntry(ctx context.Context, tx postgres.Tx, docID int64, lost ...int64) error {
	if s.index == nil {
		return nil
	}
	e, err := searchEntry(ctx, tx, docID)
	if err != nil {
		return err
	}
	e.Lost = slices.DeleteFunc(lost, func(userID int64) bool { return slices.Contains(e.Members, userID) })
	return s.index.Put(ctx, tx, e)
}

func (s *Service) notifyIndex() {
	if s.index != nil {
		s.index.Changed()
	}
}

func ignoreGone(err error) error {
	if isGone(err) {
		return nil
	}
	return err
}
