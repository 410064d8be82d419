package web

// Tone is the meaning of a colour. There is always text that says the same.
type Tone string

// The tones, from calm to alarming.
const (
	TonePlain Tone = ""
	ToneInfo  Tone = "info"
	ToneOK    Tone = "ok"
	ToneWarn  Tone = "warn"
	ToneBad   Tone = "bad"
)

// CountProps describe a number in a pill.
type CountProps struct {
	N       int    // 0: nothing is shown
	Mention bool   // some of it mentions the user
	Label   string // for screen readers; empty is "3 unread"
}

// Text is the number as the pill shows it.
func (p CountProps) Text() string {
	if p.N > 99 {
		return "99+"
	}
	return decimal(p.N)
}

func (p CountProps) label() string {
	switch {
	case p.Label != "":
		return p.Label
	case p.Mention:
		return decimal(p.N) + " unread, for you"
	}
	return decimal(p.N) + " unread"
}

// ConnectionState is the state that the pill in the top bar shows.
type ConnectionState string

// A break of less than a second does not change the state.
const (
	ConnectionStarting   ConnectionState = "starting" // before the first connection
	ConnectionLive       ConnectionState = "live"
	ConnectionConnecting ConnectionState = "connecting" // lost for over 1 s
	ConnectionOffline    ConnectionState = "offline"    // lost for over 10 s
)
