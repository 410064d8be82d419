package search

import (
	"encoding/json"
	"maps"

	"hubbub/internal/hub"
)

// The names of search's events, as on the wire and in search.js. They go to one
// connection's standing query, in order; all are of the class log: who loses one
// subscribes again.
const (
	eventAdded   = "searchResultAdded"
	eventUpdated = "searchResultUpdated"
	eventRemoved = "searchResultRemoved"

	// roomPrefix begins the hub's name of a standing query: "search-" and the
	// connection.
	roomPrefix = "search-"
)

// Placed is the body of searchResultAdded and searchResultUpdated: a result
// that goes to a place in the list, out of the one where it was.
type Placed struct {
	Result
	Position int    // from 0, in the list as it is by then
	Number   *int64 // of the query
}

// MarshalJSON writes the result with position and number beside its fields.
func (p Placed) MarshalJSON() ([]byte, error) {
	fields := p.Result.fields()
	maps.Copy(fields, map[string]any{"position": p.Position, "number": p.Number})
	return json.Marshal(fields)
}

// Gone is the body of searchResultRemoved.
type Gone struct {
	Kind   Kind   `json:"kind"`
	ID     int64  `json:"id"`
	Number *int64 `json:"number"`
}

func added(p Placed) hub.Event {
	return hub.Event{Name: eventAdded, Class: hub.Log, Data: p, HTML: Item(p.Result).Render}
}

func updated(p Placed) hub.Event {
	return hub.Event{Name: eventUpdated, Class: hub.Log, Data: p, HTML: Item(p.Result).Render}
}

func removed(g Gone) hub.Event { return hub.Event{Name: eventRemoved, Class: hub.Log, Data: g} }

func roomOf(conn *hub.Conn) string { return roomPrefix + conn.ID() }
