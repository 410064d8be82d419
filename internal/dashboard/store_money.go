package dashboard

import (
	"database/sql/driver"
	"fmt"
)

// Scan reads a Postgres numeric.
func (m *Money) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("scan money: unexpected type %T", src)
	}
	parsed, ok := parseMoney(text)
	if !ok {
		return fmt.Errorf("scan money: invalid amount %q", text)
	}
	*m = parsed
	return nil
}

// Value writes a Postgres numeric.
func (m Money) Value() (driver.Value, error) { return m.String(), nil }
