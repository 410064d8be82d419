package collab

import (
	"context"
	"strings"
	"unicode/utf8"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/base/postgres"
	"hubbub/internal/collab/yjs"
	"hubbub/internal/live/hub"
)

// The kinds of versions.
const (
	kindAuto    = "auto"
	kindNamed   = "named"
	kindRestore = "restore" // how it was before an older one was restored
)

// Kept is a version with its content.
type Kept struct {
	Version
	Content string `json:"content"`
	Update  []byte `json:"update"` // of Yjs, for an editor to show or to restore it
}

// storeVersion stores the whole document as a version, so that the version does not depend
// on the log, and returns its id. The id is 0 if it is an automatic version and
// nothing changed since the last version, or another node is making one.
func (s *Service) storeVersion(
	ctx context.Context, docID int64, kind, name string, byUser int64,
) (id int64, err error) {
	err = postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		if locked, err := tryJobLock(ctx, tx, lockVersion, docID); err != nil || !locked && kind == kindAuto {
			return err
		}
		c, err := readContent(ctx, tx, docID)
		if err != nil {
			return s.skipVersion(ctx, tx, docID, kind, c.seq, err)
		}
		bytes, err := yjs.Compact(c.updates...)
		if err != nil {
			return s.skipVersion(ctx, tx, docID, kind, c.seq, err)
		}
		text, err := readText(ctx, bytes)
		if err != nil { // it costs too much to read: the version is stored without a text
			s.log.Warn("a version cannot be read", "document", docID, "error", err)
		}
		id, err = insertVersion(ctx, tx, docID, c, kind, name, text, bytes, byUser)
		return err
	})
	return id, err
}

// skipVersion handles an error of storeVersion. If the document is too large for an
// automatic version, it marks it as done, because retries would delay other documents.
func (s *Service) skipVersion(ctx context.Context, tx postgres.Tx, docID int64, kind string, seq int64, err error) error {
	if !isTooLarge(err) || kind != kindAuto {
		return asTooLarge(err)
	}
	s.log.Warn("a document is too large for versions", "document", docID)
	return markVersioned(ctx, tx, docID, seq)
}

// KeepVersion makes a version on request. restoring means that an older version is about
// to be restored. For users who may write.
func (s *Service) KeepVersion(ctx context.Context, from *hub.Conn, userID, docID int64, name string, restoring bool) (Version, error) {
	name = strings.TrimSpace(name)
	if utf8.RuneCountInString(name) > 120 {
		return Version{}, fault.Invalid("name", "must be 120 characters or fewer")
	}
	if err := s.mayWrite(ctx, userID, docID); err != nil {
		return Version{}, err
	}
	kind := kindNamed
	if restoring {
		kind = kindRestore
	}
	id, err := s.storeVersion(ctx, docID, kind, name, userID)
	if err != nil {
		return Version{}, err
	}
	kept, err := s.Version(ctx, userID, docID, id)
	if err == nil {
		s.hub.Broadcast(ctx, hub.Event{Name: eventVersion, Class: hub.Log, Data: kept.Version}, hub.To(Room(docID)).Except(from))
	}
	return kept.Version, err
}

func (s *Service) mayWrite(ctx context.Context, userID, docID int64) error {
	e, err := editionFor(ctx, s.db, docID, userID)
	if err != nil {
		return err
	}
	if !e.role.Writes() {
		return fault.Forbidden(readOnlyText)
	}
	return nil
}

// Versions lists the document's versions, the newest first, 500 at most. The error is 404
// if the user may not read it.
func (s *Service) Versions(ctx context.Context, userID, docID int64) ([]Version, error) {
	if _, err := editionFor(ctx, s.db, docID, userID); err != nil {
		return nil, err
	}
	rows, err := versionsOf(ctx, s.db, docID)
	if err != nil {
		return nil, err
	}
	if err := s.fillAuthors(ctx, rows); err != nil {
		return nil, err
	}
	versions := make([]Version, len(rows))
	for i := range rows {
		versions[i] = rows[i].Version
	}
	return versions, nil
}

// Version returns a version with its content. The error is 404 if the user may not read
// the document or it has no such version, and 413 if the version is too large.
func (s *Service) Version(ctx context.Context, userID, docID, id int64) (Kept, error) {
	if _, err := editionFor(ctx, s.db, docID, userID); err != nil {
		return Kept{}, err
	}
	row, err := versionOf(ctx, s.db, docID, id)
	if err != nil {
		return Kept{}, err
	}
	if row.bytes == nil {
		return Kept{}, errTooLarge()
	}
	one := []versionRow{row}
	err = s.fillAuthors(ctx, one)
	return Kept{Version: one[0].Version, Content: row.Text, Update: row.bytes}, err
}

func (s *Service) fillAuthors(ctx context.Context, rows []versionRow) error {
	var all []int64
	for i := range rows {
		all = append(all, rows[i].authors...)
	}
	profiles, err := s.people.Profiles(ctx, sortedUnique(all))
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].Authors = []account.Profile{}
		for _, id := range rows[i].authors {
			if p, known := profiles[id]; known {
				rows[i].Authors = append(rows[i].Authors, p)
			}
		}
	}
	return nil
}
