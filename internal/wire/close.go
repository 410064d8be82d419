package wire

// CloseCode says why a connection was closed (RFC 6455 §7.4; 4xxx are ours).
type CloseCode int

// The codes that the protocol names, and two that only statistics see.
const (
	CloseNormal      CloseCode = 1000 // the peer said goodbye
	CloseProtocol    CloseCode = 1002
	CloseUnsupported CloseCode = 1003
	CloseAbnormal    CloseCode = 1006 // never sent: the line broke without a close frame
	CloseTooBig      CloseCode = 1009
	CloseInternal    CloseCode = 1011
	CloseRestart     CloseCode = 1012
	CloseSignedOut   CloseCode = 4401
	CloseTooSlow     CloseCode = 4408
	CloseFlooding    CloseCode = 4429
)

// Reason is the text that goes into the close frame; at most 123 bytes.
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

// Discards reports whether what is still queued for the connection is thrown
// away: a signed-out reader may not have it, and a slow one has to catch up
// anyway.
func (c CloseCode) Discards() bool { return c == CloseSignedOut || c == CloseTooSlow }
