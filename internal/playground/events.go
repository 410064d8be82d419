package playground

// The names as they stand in the guide to realtime concepts.
const (
	eventHello = "hello"

	// Room is where those are who said hello.
	Room = "funSockets"
)

// Hello is the body of the event hello, and the answer to saying it.
type Hello struct {
	ID string `json:"id"` // of the connection
}
