package web

import "time"

// StandingProps describe how a person is, in words.
type StandingProps struct {
	Person   int64
	Presence Presence
	Text     string     // what they say of it, such as "lunch until 2"; may be empty
	LastSeen *time.Time // of whoever is offline; nil: not known
}

// words come before the time when somebody was last seen. js/presence/show.js
// writes the same.
func (p StandingProps) words() string {
	if p.isGone() {
		return "Last seen"
	}
	word := map[Presence]string{Online: "Online", Away: "Away", Busy: "Do not disturb", Invisible: "Invisible"}[p.Presence]
	if word == "" {
		word = "Offline"
	}
	if p.Text != "" {
		return word + " · " + p.Text
	}
	return word
}

// isGone says whether it is worth saying when they were here.
func (p StandingProps) isGone() bool {
	return (p.Presence == Offline || p.Presence == "") && p.LastSeen != nil
}
