package notify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
	_ "time/tzdata" // people's zones must be known on a machine that has none

	"hubbub/internal/fault"
)

// Channels are the ways on which a type reaches somebody.
type Channels struct {
	InApp bool `json:"inApp"`
	Push  bool `json:"push"`
}

// Preferences are what somebody wants to be told, how, and when not.
type Preferences struct {
	Types      map[Type]Channels `json:"types"` // all types
	QuietHours *QuietHours       `json:"quietHours"`
}

// QuietHours are a part of every day in which nothing is pushed, on the clock
// of a time zone. They may go over midnight.
type QuietHours struct {
	From     string `json:"from"` // HH:MM
	To       string `json:"to"`   // HH:MM, no longer quiet
	TimeZone string `json:"timeZone"`
}

// everything is what somebody has who never chose.
func everything() Preferences {
	p := Preferences{Types: map[Type]Channels{}}
	for _, t := range Types {
		p.Types[t] = Channels{InApp: true, Push: true}
	}
	return p
}

// ParsePreferences reads both parts of the preferences as clients send them. A
// type, or a channel of one, that is missing is on; no quietHours, or null,
// means none. Unknown names are refused: a misspelt one would be silence.
func ParsePreferences(types, quietHours json.RawMessage) (Preferences, error) {
	p := everything()
	if err := p.readTypes(types); err != nil {
		return p, err
	}
	if len(quietHours) > 0 && string(quietHours) != "null" {
		p.QuietHours = &QuietHours{}
		if err := strictly(quietHours, p.QuietHours); err != nil {
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
		if !t.known() {
			return fault.Invalid("types", fmt.Sprintf("has %.40q, which is no type", t))
		}
		var channels struct{ InApp, Push *bool }
		if err := strictly(raw, &channels); err != nil {
			return fault.Invalid("types."+string(t), `must be {"inApp":true,"push":true}, each true or false`)
		}
		p.Types[t] = Channels{InApp: channels.InApp == nil || *channels.InApp, Push: channels.Push == nil || *channels.Push}
	}
	return nil
}

// strictly reads one JSON value, and nothing that is not asked for.
func strictly(raw json.RawMessage, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

func (p Preferences) check() error {
	for t := range p.Types {
		if !t.known() {
			return fault.Invalid("types", fmt.Sprintf("has %.40q, which is no type", t))
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
		return fault.Invalid("quietHours.to", "must not be the same as from: switch types off instead")
	}
	if _, err := q.zone(); err != nil {
		return fault.Invalid("quietHours.timeZone", "must be a time zone such as Europe/Berlin")
	}
	return nil
}

// zone refuses the names that mean this machine, not a place.
func (q QuietHours) zone() (*time.Location, error) {
	if q.TimeZone == "" || q.TimeZone == "Local" {
		return nil, fmt.Errorf("no time zone: %q", q.TimeZone)
	}
	return time.LoadLocation(q.TimeZone)
}

// minuteOf reads HH:MM as the minute of the day.
func minuteOf(clock string) (minute int, ok bool) {
	t, err := time.Parse("15:04", clock)
	if err != nil || len(clock) != len("15:04") {
		return 0, false
	}
	return t.Hour()*60 + t.Minute(), true
}

// at says whether it is quiet at a moment and, if so, when that ends. It ends
// when the clock on the wall says so: in the night in which clocks are put
// forward or back, the hours are shorter or longer.
func (q *QuietHours) at(now time.Time) (quiet bool, ends time.Time) {
	if q == nil {
		return false, time.Time{}
	}
	zone, err := q.zone()
	if err != nil {
		return false, time.Time{}
	}
	const day = 26 * 60 // minutes, of the longest there is
	minute := now.In(zone).Truncate(time.Minute)
	for range day {
		if !q.covers(minute) {
			break
		}
		quiet, minute = true, minute.Add(time.Minute)
	}
	return quiet, minute
}

// covers compares the clock on the wall.
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
func (p Preferences) of(t Type) Channels { return p.Types[t] }
