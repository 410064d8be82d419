package bus

import "encoding/json"

// Kind is the kind of a Message.
type Kind uint8

// The kinds of message.
const (
	Event        Kind = iota + 1 // an event for rooms
	Eviction                     // a user, or with UserID 0 every user, is evicted from rooms
	SessionEnded                 // a session's connections are closed
	Stream                       // a binary message for a room
)

// Message is what one node sends to the others. Which fields are used depends on
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
	Only    []int64         `json:"only"`              // the users who get it; nil: all users, empty: none
	Skip    int64           `json:"skip,omitempty"`    // the user who does not get it; 0: none
	Except  string          `json:"except,omitempty"`  // the id of the connection that does not get it
	Follow  string          `json:"follow,omitempty"`  // a room that the recipients join first
	Disband string          `json:"disband,omitempty"` // a room that all its members leave after the event
	Binary  []byte          `json:"binary,omitempty"`  // of a Stream

	UserID  int64  `json:"userId,omitempty"`
	Session string `json:"session,omitempty"`
	Code    int    `json:"code,omitempty"`
}

// Bus connects the hubs of all nodes.
type Bus interface {
	// Publish sends the message to the other nodes, but not to this one. It does
	// not block.
	Publish(Message)
	// Subscribe calls fn with the messages of the other nodes, one after the
	// other, until stop has returned.
	Subscribe(fn func(Message)) (stop func())
	Close() error
}

// None is the bus of a single node.
type None struct{}

// Publish does nothing: there are no other nodes.
func (None) Publish(Message) {}

// Subscribe never calls the function.
func (None) Subscribe(func(Message)) (stop func()) { return func() {} }

// Close does nothing.
func (None) Close() error { return nil }
