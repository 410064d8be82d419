package action

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// refusal is the reason, worded for the reader, why an input type did not accept a
// value.
type refusal string

func (r refusal) Error() string { return string(r) }

// InvalidValue returns the error with which the UnmarshalJSON of an input type refuses a
// value. Bind answers the reason for the field, so it is worded for the reader.
func InvalidValue(reason string) error { return refusal(reason) }

// ID is the id of a record: a whole number from 1, or the same as a decimal string.
type ID int64

// UnmarshalJSON accepts 12 and "12".
func (id *ID) UnmarshalJSON(raw []byte) error {
	n, err := strconv.ParseInt(unquoted(raw), 10, 64)
	if err != nil || n < 1 {
		return refusal("must be an id, a whole number from 1")
	}
	*id = ID(n)
	return nil
}

// Cursor is a position in a list or a log: a whole number from 0, or the same as a
// decimal string. Use a pointer where a missing cursor differs from 0.
type Cursor int64

// UnmarshalJSON accepts 12 and "12".
func (cur *Cursor) UnmarshalJSON(raw []byte) error {
	n, err := strconv.ParseInt(unquoted(raw), 10, 64)
	if err != nil || n < 0 {
		return refusal("must be a whole number from 0")
	}
	*cur = Cursor(n)
	return nil
}

// Limit is the requested length of a list, from 1; 0: not given.
type Limit int

// UnmarshalJSON accepts 12 and "12".
func (l *Limit) UnmarshalJSON(raw []byte) error {
	n, err := strconv.Atoi(unquoted(raw))
	if err != nil || n < 1 {
		return refusal("must be a whole number from 1")
	}
	*l = Limit(n)
	return nil
}

// Within returns the limit, or most if that is less, or usual if no limit was
// given.
func (l Limit) Within(usual, most int) int {
	if l == 0 {
		return usual
	}
	return min(int(l), most)
}

// Bool is a boolean in JSON, a query or a form.
type Bool bool

// UnmarshalJSON accepts true, "true", "on" and "1", and their opposites.
func (b *Bool) UnmarshalJSON(raw []byte) error {
	switch unquoted(raw) {
	case "true", "on", "1":
		*b = true
	case "false", "off", "0", "":
		*b = false
	default:
		return refusal("must be true or false")
	}
	return nil
}

// Time is a time in the format of RFC 3339.
type Time time.Time

// UnmarshalJSON accepts "2026-11-21T09:04:00.000Z" and other zones.
func (t *Time) UnmarshalJSON(raw []byte) error {
	parsed, err := time.Parse(time.RFC3339, unquoted(raw))
	if err != nil {
		return refusal("must be a time such as 2026-11-21T09:04:00.000Z")
	}
	*t = Time(parsed)
	return nil
}

// IDs is a list of ids: [1,2], ["1","2"], or "1,2" as in a query.
type IDs []int64

// UnmarshalJSON accepts all three forms.
func (ids *IDs) UnmarshalJSON(raw []byte) error {
	list := []ID{}
	if raw[0] == '[' {
		if err := json.Unmarshal(raw, &list); err != nil {
			return refusal("must be a list of ids")
		}
	} else {
		for part := range strings.SplitSeq(unquoted(raw), ",") {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
			var id ID
			if err := id.UnmarshalJSON([]byte(part)); err != nil {
				return refusal("must be a list of ids")
			}
			list = append(list, id)
		}
	}
	*ids = make(IDs, len(list))
	for i, id := range list {
		(*ids)[i] = int64(id)
	}
	return nil
}

// UUID is an id that a client makes (RFC 9562); empty when not given.
type UUID string

// UnmarshalJSON accepts the canonical form of 36 characters, in either case,
// and keeps it in lower case.
func (u *UUID) UnmarshalJSON(raw []byte) error {
	s := unquoted(raw)
	if parsed, err := uuid.Parse(s); err != nil || len(s) != 36 {
		return refusal("must be a UUID")
	} else {
		*u = UUID(parsed.String())
	}
	return nil
}

// unquoted returns the text of a JSON string or number.
func unquoted(raw []byte) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}
