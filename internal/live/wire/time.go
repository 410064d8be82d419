package wire

import "time"

// Time is a time in the protocol's format: RFC 3339 in UTC with milliseconds.
type Time time.Time

// MarshalJSON writes "2026-11-21T09:04:00.000Z".
func (t Time) MarshalJSON() ([]byte, error) {
	return time.Time(t).UTC().AppendFormat(nil, `"2006-01-02T15:04:05.000Z07:00"`), nil
}

// UnmarshalJSON reads any RFC 3339 time.
func (t *Time) UnmarshalJSON(raw []byte) error { return (*time.Time)(t).UnmarshalJSON(raw) }

// TimeOrNil converts a time that may be nil.
func TimeOrNil(t *time.Time) *Time { return (*Time)(t) }
