package web

import "time"

// StandingProps describe a user's presence in words.
type StandingProps struct {
	Person   int64 // the user's id
	Presence Presence
	Text     string     // the user's status text, such as "lunch until 2"; may be empty
	LastSeen *time.Time // of a user who is offline; nil: not known
}

// words returns the presence in words, without the time that follows
// "Last seen". presence/show.js has the same words.
func (p StandingProps) words() string {
	if p.showsLastSeen() {
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

// showsLastSeen reports whether the user is offline and was seen before.
func (p StandingProps) showsLastSeen() bool {
	return (p.Presence == Offline || p.Presence == "") && p.LastSeen != nil
}
