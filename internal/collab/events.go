package collab

import (
	"strconv"
	"strings"

	"hubbub/internal/account"
	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

// The names of collab's events in the protocol.
const (
	eventJoined  = "collaboratorJoined"
	eventLeft    = "collaboratorLeft"
	eventRole    = "documentRole"    // the user's role has changed
	eventGone    = "documentGone"    // the connection is no longer in the document
	eventUpdated = "documentUpdated" // to connections without an editor
	eventCursor  = "cursorMoved"
	eventThread  = "commentChanged" // a new or changed thread
	eventErased  = "commentRemoved"
	eventVersion = "versionAdded"
	eventLogged  = "documentLogged" // between nodes: the log has new updates

	// Resource is what lists of documents subscribe to.
	Resource = "document"
)

// The reasons of documentGone.
const (
	whyRevoked = "revoked"
	whyDeleted = "deleted"
	whyEpoch   = "epoch" // the document was replaced and has to be opened again
	whyLarge   = "large" // it costs too much to read
)

// Room is the hub room of every connection that has the document open.
func Room(docID int64) string { return roomPrefix + strconv.FormatInt(docID, 10) }

const (
	roomPrefix  = "doc-"
	yjsSuffix   = "-yjs"  // connections with an editor, which get binary messages
	plainSuffix = "-text" // connections without an editor

	// These rooms have no connections; events to them reach the other nodes' OnDelivered.
	logPrefix    = "collab-log-"
	rightsPrefix = "collab-rights-"
)

func yjsRoom(docID int64) string   { return Room(docID) + yjsSuffix }
func plainRoom(docID int64) string { return Room(docID) + plainSuffix }
func logRoom(docID int64) string   { return logPrefix + strconv.FormatInt(docID, 10) }
func rightsRoom(docID int64) string {
	return rightsPrefix + strconv.FormatInt(docID, 10)
}

// rooms returns every room that a connection with the document open may be in.
func rooms(docID int64) []string {
	return []string{Room(docID), yjsRoom(docID), plainRoom(docID)}
}

// documentOf returns the id of the document that a room belongs to, or 0 if there is none.
func documentOf(room string) int64 {
	for _, prefix := range []string{roomPrefix, logPrefix, rightsPrefix} {
		room = strings.TrimPrefix(room, prefix)
	}
	room = strings.TrimSuffix(strings.TrimSuffix(room, yjsSuffix), plainSuffix)
	id, err := strconv.ParseInt(room, 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// Visit is the body of collaboratorJoined and collaboratorLeft.
type Visit struct {
	UserID int64           `json:"userId"`
	DocID  int64           `json:"docId"`
	Client uint64          `json:"client"`
	Hue    int             `json:"hue"`
	User   account.Profile `json:"user"`
}

// Rights is the body of documentRole.
type Rights struct {
	DocID int64 `json:"docId"`
	Role  Role  `json:"role"`
}

// Gone is the body of documentGone.
type Gone struct {
	DocID int64  `json:"docId"`
	Why   string `json:"why"`
}

// Updated is the body of documentUpdated.
type Updated struct {
	DocID          int64  `json:"docId"`
	Content        string `json:"content"`
	UserID         int64  `json:"userId"`
	CursorPosition *int64 `json:"cursorPosition"`
	Timestamp      int64  `json:"timestamp"` // Unix milliseconds
}

// Cursor is the body of cursorMoved.
type Cursor struct {
	UserID   int64 `json:"userId"`
	DocID    int64 `json:"docId"`
	Position int64 `json:"position"`
}

// Version is a stored state of a document, without its content.
type Version struct {
	ID        int64             `json:"id"`
	Kind      string            `json:"kind"`
	Name      string            `json:"name"`
	Authors   []account.Profile `json:"authors"`
	CreatedAt wire.Time         `json:"createdAt"`
}

// newLoggedEvent is the hint to other nodes to read the log.
func newLoggedEvent(seq int64) hub.Event {
	return hub.Event{Name: eventLogged, Class: hub.Volatile, Seq: max(seq, 1)}
}

func newGoneEvent(docID int64, why string) hub.Event {
	return hub.Event{Name: eventGone, Class: hub.Log, Data: Gone{docID, why}}
}

func newRoleEvent(docID int64, role Role) hub.Event {
	return hub.Event{Name: eventRole, Class: hub.Log, Data: Rights{docID, role}}
}
