package collab

import (
	"strings"
	"time"

	"hubbub/internal/action"
)

// Place is a position in the list of documents, the latest change first: that of a
// document that was listed. It carries what the list is sorted by, so it stays
// where it was when the document is changed, hidden or deleted meanwhile. The zero
// Place is the beginning.
type Place struct {
	At time.Time // when the document was changed; zero: where it is now, if the reader may see it
	ID int64
}

func placeOf(d Document) Place { return Place{time.Time(d.UpdatedAt), d.ID} }

// String is how a query carries it: "2026-11-21T09:04:00.125Z,12", or "0".
func (p Place) String() string {
	if p.At.IsZero() {
		return decimal(p.ID)
	}
	return p.At.UTC().Format(time.RFC3339Nano) + "," + decimal(p.ID)
}

// UnmarshalJSON accepts that, and the id of a document alone.
func (p *Place) UnmarshalJSON(raw []byte) error {
	at, id, both := strings.Cut(strings.Trim(string(raw), `"`), ",")
	if !both {
		return (*action.Cursor)(&p.ID).UnmarshalJSON(raw)
	}
	var err error
	if p.At, err = time.Parse(time.RFC3339, at); err != nil {
		return action.Refuse("must be updatedAt and id of a listed document, such as 2026-11-21T09:04:00.000Z,12")
	}
	return (*action.ID)(&p.ID).UnmarshalJSON([]byte(id))
}
