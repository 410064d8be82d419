package bus

import "encoding/json"

// Kind says what a Message is about.
type Kind uint8

// The kinds of message.
const (
	Event        Kind = iota + 1 // an event for rooms
	Eviction                     // a user, or with UserID 0 everybody, leaves rooms
	SessionEnded                 // a session's connections are closed
	Stream                       // a binary message for a room
)

// Message is what one node tells the others. Which fields count depends on
// the kind.
type Message struct {
	Kind  Kind     `json:"kind"`
	Rooms []string `json:"rooms,omitempty"`

	Event   string          `json:"event,omitempty"`
	Class   uint8           `json:"class,omitempty"`
	Key     string          `json:"key,omitempty"`
	Seq     int64           `json:"seq,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"`
	HTML    []byte          `json:"html,omitempty"`
	Unnamed bool            `json:"unnamed,omitempty"` // the frame does not name the room
	Only    []int64         `json:"only"`              // users; nil: everybody, empty: nobody
	Skip    int64           `json:"skip,omitempty"`    // a user
	Except  string          `json:"except,omitempty"`  // a connection's id
	Follow  string          `json:"follow,omitempty"`  // whoever gets the event joins this room
	Disband string          `json:"disband,omitempty"` // everybody leaves this room after the event
	Binary  []byte          `json:"binary,omitempty"`  // of a stream

	UserID  int64  `json:"userId,omitempty"`
	Session string `json:"session,omitempty"`
	Code    int    `json:"code,omitempty"`
}

// Bus joins the hubs of all nodes.
type Bus interface {
	// Publish hands the message to the other nodes, not to this one. It does
	// not block.
	Publish(Message)
	// Subscribe calls fn with what other nodes publish, one message after the
	// other, until stop returns.
	Subscribe(fn func(Message)) (stop func())
	Close() error
}

// None is the bus of a node that is alone.
type None struct{}

// Publish has nobody to tell.
func (None) Publish(Message) {}

// Subscribe never calls.
func (None) Subscribe(func(Message)) (stop func()) { return func() {} }

// Close has nothing to close.
func (None) Close() error { return nil }
