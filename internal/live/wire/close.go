package wire

// CloseCode is the reason why a connection was closed: a code of RFC 6455 §7.4,
// or a code of Hubbub from 4000 on.
type CloseCode int

// The codes of the protocol, and two that only appear in statistics: CloseNormal
// and CloseAbnormal.
const (
	CloseNormal      CloseCode = 1000 // the peer sent a close frame
	CloseProtocol    CloseCode = 1002
	CloseUnsupported CloseCode = 1003
	CloseAbnormal    CloseCode = 1006 // never sent: the network connection broke without a close frame
	CloseTooBig      CloseCode = 1009
	CloseInternal    CloseCode = 1011
	CloseRestart     CloseCode = 1012
	CloseSignedOut   CloseCode = 4401
	CloseTooSlow     CloseCode = 4408
	CloseFlooding    CloseCode = 4429
)

// Reason returns the text of the close frame, at most 123 bytes.
func (c CloseCode) Reason() string {
	switch c {
	case CloseProtocol:
		return "this is not WebSocket"
	case CloseUnsupported:
		return "binary messages are not understood here"
	case CloseTooBig:
		return "the message is too big"
	case CloseInternal:
		return "internal error, reconnect and catch up"
	case CloseRestart:
		return "the server restarts, reconnect soon"
	case CloseSignedOut:
		return "signed out"
	case CloseTooSlow:
		return "too slow, reconnect and catch up"
	case CloseFlooding:
		return "too many requests, reconnect in 30 s"
	}
	return ""
}

// Discards reports whether the frames queued for the connection are discarded: a
// signed-out user may not get them, and a slow client has to catch up anyway.
func (c CloseCode) Discards() bool { return c == CloseSignedOut || c == CloseTooSlow }
