package playground

// The names are those of the guide to realtime concepts.
const (
	eventHello = "hello"

	// Room is the hub room of the connections that have said hello.
	Room = "funSockets"
)

// Hello is the body of the event hello, and the answer to /say/hello.
type Hello struct {
	ID string `json:"id"` // of the connection
}
