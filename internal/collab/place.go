package collab

import (
	"strings"
	"time"

	"hubbub/internal/base/action"
)

// Place is a position in the list of documents, the latest change first: a cursor made
// of a listed document. It has what the list is sorted by, so it stays valid when
// the document is changed, hidden or deleted later. The zero Place is the beginning.
type Place struct {
	At time.Time // the document's last change; zero: its current one, if the reader may see the document
	ID int64
}

func placeOf(d Document) Place { return Place{time.Time(d.UpdatedAt), d.ID} }

// String returns the form in a URL's query: "2026-11-21T09:04:00.125Z,12", or "0".
func (p Place) String() string {
	if p.At.IsZero() {
		return decimal(p.ID)
	}
	return p.At.UTC().Format(time.RFC3339Nano) + "," + decimal(p.ID)
}

// UnmarshalJSON accepts what String returns, and a document's id alone.
func (p *Place) UnmarshalJSON(raw []byte) error {
	at, id, both := strings.Cut(strings.Trim(string(raw), `"`), ",")
	if !both {
		return (*action.Cursor)(&p.ID).UnmarshalJSON(raw)
	}
	var err error
	if p.At, err = time.Parse(time.RFC3339, at); err != nil {
		return action.InvalidValue("must be updatedAt and id of a listed document, such as 2026-11-21T09:04:00.000Z,12")
	}
	return (*action.ID)(&p.ID).UnmarshalJSON([]byte(id))
}
