package search

import (
	"encoding/json"
	"maps"

	"hubbub/internal/base/index"
	"hubbub/internal/live/hub"
)

// The names of search's events, on the wire and in search/index.js. They are sent to the connection
// of one standing query, in order. All are of the delivery class log: a client that loses one
// subscribes again.
const (
	eventAdded   = "searchResultAdded"
	eventUpdated = "searchResultUpdated"
	eventRemoved = "searchResultRemoved"

	// roomPrefix begins the name of a standing query's hub room: "search-" and the id of the
	// connection.
	roomPrefix = "search-"
)

// PlacedResult is the body of searchResultAdded and searchResultUpdated. The client removes
// the result from where it was, if it is in the list, and inserts it at Position.
type PlacedResult struct {
	Result
	Position int    // from 0, in the list as all earlier events have left it
	Number   *int64 // of the query, as the client numbered it
}

// MarshalJSON writes the result's fields together with position and number.
func (p PlacedResult) MarshalJSON() ([]byte, error) {
	fields := p.Result.fields()
	maps.Copy(fields, map[string]any{"position": p.Position, "number": p.Number})
	return json.Marshal(fields)
}

// RemovedResult is the body of searchResultRemoved.
type RemovedResult struct {
	Kind   index.Kind `json:"kind"`
	ID     int64      `json:"id"`
	Number *int64     `json:"number"`
}

func newAddedEvent(p PlacedResult) hub.Event {
	return hub.Event{Name: eventAdded, Class: hub.Log, Data: p, HTML: Item(p.Result).Render}
}

func newUpdatedEvent(p PlacedResult) hub.Event {
	return hub.Event{Name: eventUpdated, Class: hub.Log, Data: p, HTML: Item(p.Result).Render}
}

func newRemovedEvent(g RemovedResult) hub.Event {
	return hub.Event{Name: eventRemoved, Class: hub.Log, Data: g}
}

func roomOf(conn *hub.Conn) string { return roomPrefix + conn.ID() }
