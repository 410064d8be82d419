package account

import (
	"context"

	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

// resource is the name of users in resource events: {"verb":"created","id":7,"data":{a
// Profile}}.
const resource = "user"

// publishUser publishes a new user or a new name to the connections that listed users.
func (s *Service) publishUser(ctx context.Context, verb hub.Verb, p Profile) {
	s.Hub.Publish(ctx, resource, hub.Change{Verb: verb, ID: p.ID, Data: p}, hub.Subscribers, nil)
}

// subscribe subscribes the connection to new users and to changes of these.
func (s *Service) subscribe(conn *hub.Conn, people []Profile) {
	s.Hub.Watch(conn, resource)
	ids := make([]int64, len(people))
	for i, p := range people {
		ids[i] = p.ID
	}
	s.Hub.Subscribe(conn, resource, ids...)
}

// closeSockets closes the sockets that were opened with a session or token, on every node.
func (s *Service) closeSockets(key string) { s.Hub.CloseSession(key, wire.CloseSignedOut) }
