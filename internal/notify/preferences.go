package notify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
	_ "time/tzdata" // the users' time zones must be known on a machine without a database of them

	"hubbub/internal/base/fault"
)

// Channels are the ways by which a type of notification reaches the user.
type Channels struct {
	InApp bool `json:"inApp"`
	Push  bool `json:"push"`
}

// Preferences are a user's channels for each type, and the hours without pushes.
type Preferences struct {
	Types      map[Type]Channels `json:"types"`      // has all types
	QuietHours *QuietHours       `json:"quietHours"` // nil: none
}

// QuietHours are a part of every day in which nothing is pushed, on the clock
// of a time zone. They may go over midnight.
type QuietHours struct {
	From     string `json:"from"` // HH:MM
	To       string `json:"to"`   // HH:MM, exclusive
	TimeZone string `json:"timeZone"`
}

// defaultPreferences are those of a user who has never set any: everything is on.
func defaultPreferences() Preferences {
	p := Preferences{Types: map[Type]Channels{}}
	for _, t := range Types {
		p.Types[t] = Channels{InApp: true, Push: true}
	}
	return p
}

// ParsePreferences reads both parts of the preferences as clients send them. A
// type, or a channel of a type, that is missing is on; no quietHours, or null,
// means none. Unknown names are an error, because a misspelt one would be ignored
// without notice.
func ParsePreferences(types, quietHours json.RawMessage) (Preferences, error) {
	p := defaultPreferences()
	if err := p.readTypes(types); err != nil {
		return p, err
	}
	if len(quietHours) > 0 && string(quietHours) != "null" {
		p.QuietHours = &QuietHours{}
		if err := decodeStrict(quietHours, p.QuietHours); err != nil {
			return p, fault.Invalid("quietHours", `must be {"from":"22:00","to":"07:00","timeZone":"Europe/Berlin"}, or null`)
		}
	}
	return p, p.check()
}

func (p Preferences) readTypes(raw json.RawMessage) error {
	if len(raw) == 0 {
		return nil
	}
	var chosen map[Type]json.RawMessage
	if err := json.Unmarshal(raw, &chosen); err != nil || chosen == nil {
		return fault.Invalid("types", "must be an object")
	}
	for t, raw := range chosen {
		if !t.valid() {
			return fault.Invalid("types", fmt.Sprintf("has %.40q, which is not a notification type", t))
		}
		var channels struct{ InApp, Push *bool }
		if err := decodeStrict(raw, &channels); err != nil {
			return fault.Invalid("types."+string(t), `must be {"inApp":true,"push":true}, each true or false`)
		}
		p.Types[t] = Channels{InApp: channels.InApp == nil || *channels.InApp, Push: channels.Push == nil || *channels.Push}
	}
	return nil
}

// decodeStrict reads one JSON value, without unknown fields.
func decodeStrict(raw json.RawMessage, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

func (p Preferences) check() error {
	for t := range p.Types {
		if !t.valid() {
			return fault.Invalid("types", fmt.Sprintf("has %.40q, which is not a notification type", t))
		}
	}
	if p.QuietHours == nil {
		return nil
	}
	return p.QuietHours.check()
}

func (q QuietHours) check() error {
	from, okFrom := minuteOf(q.From)
	to, okTo := minuteOf(q.To)
	switch {
	case !okFrom:
		return fault.Invalid("quietHours.from", "must be a time such as 22:00")
	case !okTo:
		return fault.Invalid("quietHours.to", "must be a time such as 07:00")
	case from == to:
		return fault.Invalid("quietHours.to", "must differ from the start time")
	}
	if _, err := q.zone(); err != nil {
		return fault.Invalid("quietHours.timeZone", "must be a time zone such as Europe/Berlin")
	}
	return nil
}

// zone returns the location of TimeZone, without the names that mean the zone of
// this machine.
func (q QuietHours) zone() (*time.Location, error) {
	if q.TimeZone == "" || q.TimeZone == "Local" {
		return nil, fmt.Errorf("no time zone: %q", q.TimeZone)
	}
	return time.LoadLocation(q.TimeZone)
}

// minuteOf parses HH:MM as the minute of the day.
func minuteOf(clock string) (minute int, ok bool) {
	t, err := time.Parse("15:04", clock)
	if err != nil || len(clock) != len("15:04") {
		return 0, false
	}
	return t.Hour()*60 + t.Minute(), true
}

// at reports whether now is in the quiet hours and, if so, when they end. They
// follow local time: in the night in which clocks are put forward or back, they are
// shorter or longer.
func (q *QuietHours) at(now time.Time) (quiet bool, ends time.Time) {
	if q == nil {
		return false, time.Time{}
	}
	zone, err := q.zone()
	if err != nil {
		return false, time.Time{}
	}
	const day = 26 * 60 // minutes: no day is longer
	minute := now.In(zone).Truncate(time.Minute)
	for range day {
		if !q.covers(minute) {
			break
		}
		quiet, minute = true, minute.Add(time.Minute)
	}
	return quiet, minute
}

// covers reports whether a local time is in the quiet hours.
func (q *QuietHours) covers(local time.Time) bool {
	from, _ := minuteOf(q.From)
	to, _ := minuteOf(q.To)
	now := local.Hour()*60 + local.Minute()
	if from < to {
		return from <= now && now < to
	}
	return now >= from || now < to
}

// of returns the channels of a type.
func (p Preferences) channels(t Type) Channels { return p.Types[t] }
