package notify

import (
	"time"

	"hubbub/internal/live/wire"
)

// Why is what a notification follows from, and what became of it, for the user who
// asks "why do I get this?". It is stored as it was when it was decided.
type Why struct {
	Rule       string    `json:"rule"`       // why the user gets it, in a sentence
	Preference Channels  `json:"preference"` // the user's for the type
	QuietHours *Quiet    `json:"quietHours"` // null: the user has none
	Presence   Attention `json:"presence"`
	Result     Result    `json:"result"`

	Devices []Delivery `json:"devices"` // to which it was pushed, as they are now
}

// Quiet is a user's quiet hours, and whether it was in them.
type Quiet struct {
	QuietHours
	Now  bool       `json:"now"`
	Ends *wire.Time `json:"ends"` // null: it was not quiet
}

// Attention is a user's presence at that moment.
type Attention struct {
	Status string `json:"status"` // the user's own status
	Active bool   `json:"active"` // at a visible tab, on any node
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
	Shown       InApp = "shown"
	Hidden      InApp = "hidden" // by preference: it does not count, and is in no list
	AlreadySeen InApp = "known"  // the user had seen its cause before: it is in the list, as read
)

// Push is what became of a notification on the way to devices.
type Push string

// What becomes of a notification on the way to devices.
const (
	PushOff         Push = "off"     // by preference
	PushAlreadySeen Push = "known"   // the user had seen its cause before
	PushQuiet       Push = "quiet"   // it was in the quiet hours
	PushBusy        Push = "busy"    // the user's status was busy
	PushPresent     Push = "present" // the user was active at a tab
	PushDue         Push = "due"     // no reason against it so far
	PushRead        Push = "read"    // the user had read, snoozed or deleted it when the push was due
	PushNoDevice    Push = "nowhere" // the user has no device with pushes
	PushSent        Push = "sent"    // it was queued for devices: see Devices
)

// undecided reports whether it has to be decided again when the push is due.
func (p Push) undecided() bool { return p != PushOff && p != PushAlreadySeen }

// newWhy decides what becomes of a notification.
func newWhy(n Notification, p Preferences, where Attention, now time.Time) Why {
	w := Why{Rule: n.Rule, Preference: p.channels(n.Type), Presence: where}
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
		return AlreadySeen
	}
	return Shown
}

func (w Why) push(n Notification) Push {
	switch {
	case !w.Preference.Push:
		return PushOff
	case n.Read:
		return PushAlreadySeen
	case w.QuietHours != nil && w.QuietHours.Now:
		return PushQuiet
	case w.Presence.Status == "busy":
		return PushBusy
	case w.Presence.Active:
		return PushPresent
	}
	return PushDue
}

// reevaluate returns w as decided again when the push is due, with what has changed
// since. Result.InApp stays.
func (w Why) reevaluate(d pushJob, p Preferences, where Attention, now time.Time) Why {
	next := newWhy(Notification{Type: d.notificationType, Rule: w.Rule}, p, where, now)
	next.Result.InApp = w.Result.InApp
	if !d.unread {
		next.Result.Push = PushRead
	}
	return next
}
