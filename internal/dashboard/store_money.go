package dashboard

import (
	"database/sql/driver"
	"fmt"
)

// Scan reads a numeric of Postgres.
func (m *Money) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("%T is no money", src)
	}
	parsed, ok := parseMoney(text)
	if !ok {
		return fmt.Errorf("%q is no money", text)
	}
	*m = parsed
	return nil
}

// Value writes a numeric of Postgres.
func (m Money) Value() (driver.Value, error) { return m.String(), nil }
