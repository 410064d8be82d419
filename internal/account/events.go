package account

import (
	"context"

	"hubbub/internal/hub"
	"hubbub/internal/wire"
)

// resource is the name of people in resource events:
// {"verb":"created","id":7,"data":{a Profile}}.
const resource = "user"

// tell broadcasts a new person, or a new name, to who has listed people.
func (s *Service) tell(ctx context.Context, verb hub.Verb, p Profile) {
	s.Hub.Publish(ctx, resource, hub.Change{Verb: verb, ID: p.ID, Data: p}, hub.Subscribers, nil)
}

// follow makes the connection hear of new people, and of changes to these.
func (s *Service) follow(conn *hub.Conn, people []Profile) {
	s.Hub.Watch(conn, resource)
	ids := make([]int64, len(people))
	for i, p := range people {
		ids[i] = p.ID
	}
	s.Hub.Subscribe(conn, resource, ids...)
}

// closeSockets ends the sockets that were opened with a session or token, on
// every node.
func (s *Service) closeSockets(key string) { s.Hub.CloseSession(key, wire.CloseSignedOut) }
