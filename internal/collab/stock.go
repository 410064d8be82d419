package collab

import (
	"context"
	"encoding/binary"

	"hubbub/internal/collab/yjs"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/socket"
)

// The messages of y-websocket (https://github.com/yjs/y-protocols), the protocol of
// unmodified Yjs editors. Each begins with one of these as a varuint, a sync message with two.
const (
	stockSync      = 0
	stockAwareness = 1
	stockAuth      = 2 // down: 0, then why permission is denied

	stockStep1  = 0
	stockStep2  = 1
	stockUpdate = 2
)

// Stock returns a dialect that translates between y-websocket and the messages of a
// channel, for an unmodified Yjs editor on a socket of its own. The dialect numbers
// the updates. The editor chooses its Yjs client itself; the first user who writes as
// that client owns it. The error is 404 if the user may not read the document.
func (s *Service) Stock(ctx context.Context, userID, docID int64) (socket.Dialect, error) {
	if _, err := editionFor(ctx, s.db, docID, userID); err != nil {
		return socket.Dialect{}, err
	}
	n := uint64(0) // used by the connection's reader only
	return socket.Dialect{
		Opened: func(conn *hub.Conn) error {
			schema := Schema
			_, err := s.Join(s.ctx, conn, Opening{DocID: docID, Schema: &schema, Stock: true})
			conn.Release()
			return err
		},
		In: func(conn *hub.Conn, in []byte) {
			if message := fromStock(docID, in, n+1); message != nil {
				n++
				s.Receive(conn, message)
			}
		},
		Out:   toStock,
		Alive: awarenessMessage(docID, yjs.EncodeAwareness()),
	}, nil
}

// fromStock translates a y-websocket message, or returns nil if a channel has no such
// message. n is the number of an update.
func fromStock(docID int64, in []byte, n uint64) []byte {
	sort, in, err := readUint(in)
	if err != nil {
		return nil
	}
	switch sort {
	case stockAwareness:
		if states := lengthPrefixed(in); states != nil {
			return awarenessMessage(docID, states)
		}
	case stockSync:
		if step, in, err := readUint(in); err == nil {
			return syncFromStock(docID, step, lengthPrefixed(in), n)
		}
	}
	return nil
}

func syncFromStock(docID int64, step uint64, payload []byte, n uint64) []byte {
	switch {
	case payload == nil:
		return nil
	case step == stockStep1:
		return step1Message(docID, payload)
	case step == stockStep2:
		return encodeMessage(docID, kindStep2, []uint64{n}, payload)
	case step == stockUpdate:
		return encodeMessage(docID, kindUpdate, []uint64{n}, payload)
	}
	return nil
}

// lengthPrefixed returns a payload that follows its length, or nil if the length is wrong.
func lengthPrefixed(in []byte) []byte {
	size, payload, err := readUint(in)
	if err != nil || size != uint64(len(payload)) {
		return nil
	}
	return payload
}

// toStock translates a message of a channel, or returns nil if y-websocket has no such message.
func toStock(message []byte) []byte {
	_, in, err := readUint(message)
	if err != nil || len(in) == 0 {
		return nil
	}
	k, payload := kind(in[0]), in[1:]
	switch k {
	case kindStep1:
		return stockMessage(payload, stockSync, stockStep1)
	case kindStep2:
		return stockMessage(payload[1:], stockSync, stockStep2) // without the 0
	case kindUpdate:
		return stockMessage(payload, stockSync, stockUpdate)
	case kindAwareness:
		return stockMessage(payload, stockAwareness)
	case kindRefused:
		return refusedStock(payload)
	}
	return nil
}

// refusedStock translates a refusal, or returns nil for a gap, because a STEP1 follows it.
func refusedStock(payload []byte) []byte {
	_, payload, _ = readUint(payload) // n
	why, text, _ := readUint(payload)
	if refusal(why) == refusedGap {
		return nil
	}
	return stockMessage(text, stockAuth, 0)
}

func stockMessage(payload []byte, words ...byte) []byte {
	return append(binary.AppendUvarint(words, uint64(len(payload))), payload...)
}
