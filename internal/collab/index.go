package collab

import (
	"context"
	"slices"
	"strconv"
	"time"

	"hubbub/internal/base/index"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/wire"
)

// documentEntry is a document as it is indexed, with the users who may find it.
type documentEntry struct {
	ID        int64     `json:"id"`
	Title     string    `json:"title"`
	UpdatedAt wire.Time `json:"updatedAt"`

	text     string
	everyone bool    // every signed-in user may find it, not only the members
	members  []int64 // of the document
}

// entry returns the document's entry in the search index. The scope of a document that is not for everyone is the
// document: its members are granted it.
func (d documentEntry) entry() index.Entry {
	scope := memberScope(d.ID)
	if d.everyone {
		scope = index.Public
	}
	return index.Entry{
		Kind: index.Document, ID: d.ID, Title: d.Title, Body: d.text, URL: "/documents/" + strconv.FormatInt(d.ID, 10),
		Scope: scope, At: time.Time(d.UpdatedAt), Data: map[string]any{"document": d},
	}
}

// memberScope returns the scope that the members of the document are granted.
func memberScope(docID int64) string { return "document:" + strconv.FormatInt(docID, 10) }

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
		s.index.Changed()
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
	d, err := readEntry(ctx, tx, docID)
	if err != nil {
		return err
	}
	if err := s.index.Grant(ctx, tx, memberScope(docID), d.members...); err != nil {
		return err
	}
	lost = slices.DeleteFunc(lost, func(userID int64) bool { return slices.Contains(d.members, userID) })
	if err := s.index.Revoke(ctx, tx, memberScope(docID), lost...); err != nil {
		return err
	}
	return s.index.Put(ctx, tx, d.entry())
}

// dropEntry deletes the document's entry and the right of its members to find it.
func (s *Service) dropEntry(ctx context.Context, tx postgres.Tx, docID int64) error {
	members, err := membersOf(ctx, tx, docID)
	if err != nil {
		return err
	}
	if err := s.index.Revoke(ctx, tx, memberScope(docID), idsOf(members)...); err != nil {
		return err
	}
	return s.index.Drop(ctx, tx, index.Document, docID)
}

func ignoreGone(err error) error {
	if isGone(err) {
		return nil
	}
	return err
}
