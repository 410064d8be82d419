package web

// Tone is what a colour means. It never says so alone: words stand beside it.
type Tone string

// The tones, calm to alarming.
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
	Mention bool   // it is about the reader
	Label   string // spoken instead; "3 unread" when empty
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

// ConnectionState is what the pill in the top bar says.
type ConnectionState string

// A blip under a second stays on the state before it.
const (
	ConnectionStarting   ConnectionState = "starting" // before the first word from the socket
	ConnectionLive       ConnectionState = "live"
	ConnectionConnecting ConnectionState = "connecting" // lost for over 1 s
	ConnectionOffline    ConnectionState = "offline"    // lost for over 10 s
)
