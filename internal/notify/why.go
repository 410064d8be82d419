package notify

import (
	"time"

	"hubbub/internal/wire"
)

// Why is what led to a notification, and what became of it, for the person who
// asks "why do I get this?". It is kept as it was at that moment.
type Why struct {
	Rule       string    `json:"rule"`       // why it concerns them
	Preference Channels  `json:"preference"` // theirs for the type
	QuietHours *Quiet    `json:"quietHours"` // null: they have none
	Presence   Attending `json:"presence"`
	Result     Result    `json:"result"`

	Devices []Delivery `json:"devices"` // to which it was pushed, as they are now
}

// Quiet is how somebody's quiet hours stood.
type Quiet struct {
	QuietHours
	Now  bool       `json:"now"`
	Ends *wire.Time `json:"ends"` // null: it was not quiet
}

// Attending is where somebody was.
type Attending struct {
	Status string `json:"status"` // as presence has it, to themselves
	Active bool   `json:"active"` // at a tab that they see, on any node
}

// Result is what became of a notification.
type Result struct {
	InApp InApp `json:"inApp"`
	Push  Push  `json:"push"`
}

// InApp is what became of a notification in the bell.
type InApp string

// What becomes of a notification in the bell.
const (
	Shown  InApp = "shown"
	Hidden InApp = "hidden" // by preference: it does not count, and no list has it
	Known  InApp = "known"  // they had read what it tells of before: it is in the list, as read
)

// Push is what became of a notification on the way to devices.
type Push string

// What becomes of a notification on the way to devices.
const (
	PushOff     Push = "off"     // by preference
	PushKnown   Push = "known"   // they had read what it tells of
	PushQuiet   Push = "quiet"   // it was in the quiet hours
	PushBusy    Push = "busy"    // they do not want to be disturbed
	PushPresent Push = "present" // they were active at a tab
	PushDue     Push = "due"     // nothing speaks against it
	PushRead    Push = "read"    // they had read it, or put it to sleep, when it was due
	PushNowhere Push = "nowhere" // they have switched it on nowhere
	PushSent    Push = "sent"    // it went on its way: see Devices
)

// open says whether it is to be asked again when the push is due.
func (p Push) open() bool { return p != PushOff && p != PushKnown }

// explain decides what becomes of a notification, and says why.
func explain(n Notification, p Preferences, where Attending, now time.Time) Why {
	w := Why{Rule: n.Rule, Preference: p.of(n.Type), Presence: where}
	if p.QuietHours != nil {
		quiet, ends := p.QuietHours.at(now)
		w.QuietHours = &Quiet{QuietHours: *p.QuietHours, Now: quiet}
		if quiet {
			w.QuietHours.Ends = wire.TimeOrNil(&ends)
		}
	}
	w.Result = Result{InApp: w.inApp(n), Push: w.push(n)}
	return w
}

func (w Why) inApp(n Notification) InApp {
	switch {
	case !w.Preference.InApp:
		return Hidden
	case n.Read:
		return Known
	}
	return Shown
}

func (w Why) push(n Notification) Push {
	switch {
	case !w.Preference.Push:
		return PushOff
	case n.Read:
		return PushKnown
	case w.QuietHours != nil && w.QuietHours.Now:
		return PushQuiet
	case w.Presence.Status == "busy":
		return PushBusy
	case w.Presence.Active:
		return PushPresent
	}
	return PushDue
}

// again is the same when the push is due: what has happened since counts.
func (w Why) again(d due, p Preferences, where Attending, now time.Time) Why {
	late := explain(Notification{Type: d.kind, Rule: w.Rule}, p, where, now)
	late.Result.InApp = w.Result.InApp
	if !d.unread {
		late.Result.Push = PushRead
	}
	return late
}
