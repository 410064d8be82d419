package collab

import (
	"encoding/binary"
	"errors"
)

// kind is the second part of a binary message: channel | kind | payload. "Up" is
// from the client to the server, "down" the other way.
type kind byte

const (
	kindStep1     kind = iota // the sender's state vector; the answer is STEP2
	kindStep2                 // n, then the update that the receiver lacks; n is 0 from the server
	kindUpdate                // up: n, then an update; down: an update
	kindAwareness             // an awareness update
	kindAck                   // down: n; all messages up to n are committed, except the refused ones
	kindRefused               // down: n, code, text
)

// refusal is why an update was not accepted.
type refusal uint64

const (
	refusedInvalid  refusal = iota + 1 // it cannot be decoded, or is of an earlier epoch
	refusedReadOnly                    // the user may not write
	refusedGap                         // an update before it is missing; a STEP1 follows
	refusedTooLarge
	refusedTooFast
	refusedForeign // it uses another user's Yjs client
	refusedFull    // the document accepts only deletions
)

// String returns the refusal's label in metrics.
func (r refusal) String() string {
	return [...]string{
		refusedInvalid: "invalid", refusedReadOnly: "read-only", refusedGap: "gap", refusedTooLarge: "too-large",
		refusedTooFast: "too-fast", refusedForeign: "foreign", refusedFull: "full",
	}[r]
}

const readOnlyText = "You can read this document, but you can’t edit it."

func (r refusal) text() string {
	return [...]string{
		refusedInvalid:  "Hubbub couldn’t read this change.",
		refusedReadOnly: readOnlyText,
		refusedGap:      "An earlier change is missing.",
		refusedTooLarge: "This change is too large.",
		refusedTooFast:  "Too many changes at once. Try again in a moment.",
		refusedForeign:  "This change carries another person’s name.",
		refusedFull:     "This document is full. Delete something first.",
	}[r]
}

var errMessage = errors.New("collab: not a message of a channel")

// message is a decoded binary message. Its payload aliases the input.
type message struct {
	channel uint64
	kind    kind
	n       uint64 // of STEP2 and UPDATE, from a client
	payload []byte
}

func readMessage(in []byte) (m message, err error) {
	if m.channel, in, err = readUint(in); err != nil {
		return m, err
	}
	if len(in) == 0 || kind(in[0]) > kindAwareness {
		return m, errMessage
	}
	m.kind, in = kind(in[0]), in[1:]
	if m.kind == kindStep2 || m.kind == kindUpdate {
		if m.n, in, err = readUint(in); err != nil {
			return m, err
		}
	}
	m.payload = in
	return m, nil
}

// encodeMessage returns a binary message to a client.
func encodeMessage(channel int64, k kind, numbers []uint64, payload []byte) []byte {
	b := make([]byte, 0, len(payload)+16)
	b = append(binary.AppendUvarint(b, uint64(channel)), byte(k))
	for _, n := range numbers {
		b = binary.AppendUvarint(b, n)
	}
	return append(b, payload...)
}

func step1Message(channel int64, sv []byte) []byte { return encodeMessage(channel, kindStep1, nil, sv) }

func step2Message(channel int64, update []byte) []byte {
	return encodeMessage(channel, kindStep2, []uint64{0}, update)
}

func updateMessage(channel int64, update []byte) []byte {
	return encodeMessage(channel, kindUpdate, nil, update)
}

func awarenessMessage(channel int64, states []byte) []byte {
	return encodeMessage(channel, kindAwareness, nil, states)
}

func ackMessage(channel int64, n uint64) []byte {
	return encodeMessage(channel, kindAck, []uint64{n}, nil)
}

func refusedMessage(channel int64, n uint64, why refusal) []byte {
	return encodeMessage(channel, kindRefused, []uint64{n, uint64(why)}, []byte(why.text()))
}

func readUint(in []byte) (uint64, []byte, error) {
	n, size := binary.Uvarint(in)
	if size <= 0 || n > 1<<53-1 {
		return 0, nil, errMessage
	}
	return n, in[size:], nil
}
