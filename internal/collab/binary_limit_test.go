package collab_test

import (
	"bytes"
	"encoding/binary"
	"net/http"
	"testing"

	"hubbub/internal/live/wire"
	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

// uselessUpdate is a binary message of the given size with an invalid update of Yjs.
func uselessUpdate(channel int64, size int) []byte {
	message := append(binary.AppendUvarint(nil, uint64(channel)), 2, 1)
	return append(message, make([]byte, size-len(message))...)
}

func TestBinaryLimitNeedsAnOpenDocument(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.As("sam")
	id := apptest.NewDocument(sam, "Launch", "hello")
	plain := sam.Connect("")
	plain.Get("/api/documents/join", map[string]any{"docId": id}).Want(http.StatusOK)
	for _, socket := range []*testkit.Socket{app.Anonymous().Connect(""), sam.Connect(""), plain} {
		socket.SendBinary(uselessUpdate(id, wire.MaxText))
		socket.Get("/healthz", nil).Want(http.StatusOK)
		socket.SendBinary(uselessUpdate(id, wire.MaxText+1))
		socket.WantClosed(int(wire.CloseTooBig))
	}
	live := sam.Connect("")
	live.Get("/api/documents/join", map[string]any{"docId": id, "schema": 1}).Want(http.StatusOK)
	live.SendBinary(uselessUpdate(id, wire.MaxBinary))
	testkit.Eventually(t, "the update is refused", testkit.Timeout, func() bool {
		for _, message := range live.Binary() {
			if message[1] == 5 {
				return true
			}
		}
		return false
	})
	live.SendBinary(uselessUpdate(id, wire.MaxBinary+1))
	live.WantClosed(int(wire.CloseTooBig))
}

func TestBinaryLimitOfStockClients(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.As("sam")
	id := apptest.NewDocument(sam, "Launch", "hello")
	stock := sam.ConnectAt("/api/documents/" + itoa(id) + "/yjs")
	payload := make([]byte, 1<<20)
	stock.SendBinary(append(binary.AppendUvarint([]byte{0, 2}, uint64(len(payload))), payload...))
	testkit.Eventually(t, "the update is refused", testkit.Timeout, func() bool {
		for _, message := range stock.Binary() {
			if message[0] == 2 && bytes.Contains(message, []byte("read this change")) {
				return true
			}
		}
		return false
	})
	stock.SendBinary(make([]byte, wire.MaxBinary+1))
	stock.WantClosed(int(wire.CloseTooBig))
}
