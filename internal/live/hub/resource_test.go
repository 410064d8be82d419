package hub_test

import (
	"testing"

	"hubbub/internal/live/hub"
)

func TestResourceEventsReachWatchersAndSubscribers(t *testing.T) {
	h := newHub(t, hub.Config{})
	staff := open(t, h, hub.Identity{UserID: 1})
	other := open(t, h, hub.Identity{UserID: 2})
	h.Watch(staff.Conn, "order")
	h.Subscribe(other.Conn, "order", 12)

	h.Publish(t.Context(), "order", hub.Change{Verb: hub.Created, ID: 13, Data: map[string]string{"status": "pending"}}, hub.Subscribers, nil)
	staff.wantFrames(`{"event":"order","data":{"verb":"created","id":13,"data":{"status":"pending"}}}`)
	other.wantFrames()

	h.Publish(t.Context(), "order", hub.Change{Verb: hub.Updated, ID: 13, Data: map[string]string{"status": "shipped"}, Previous: map[string]string{"status": "pending"}}, hub.Subscribers, nil)
	staff.wantFrames(
		`{"event":"order","data":{"verb":"updated","id":13,"data":{"status":"shipped"},"previous":{"status":"pending"}}}`,
	)

	h.Publish(t.Context(), "order", hub.Change{Verb: hub.Destroyed, ID: 12}, hub.Subscribers, nil)
	other.wantFrames(`{"event":"order","data":{"verb":"destroyed","id":12}}`)
	if h.In(other.Conn, "order:12") {
		t.Error("still subscribed to the destroyed record")
	}
	h.Unwatch(staff.Conn, "order")
	h.Unsubscribe(staff.Conn, "order", 13)
	h.Publish(t.Context(), "order", hub.Change{Verb: hub.Updated, ID: 13}, hub.Subscribers, nil)
	staff.wantFrames()
}

func TestResourceEventsReachOnlyTheAudience(t *testing.T) {
	h := newHub(t, hub.Config{})
	member, idle := open(t, h, hub.Identity{UserID: 1}), open(t, h, hub.Identity{UserID: 1})
	stranger := open(t, h, hub.Identity{UserID: 2})
	h.Watch(member.Conn, "room")
	h.Watch(stranger.Conn, "room")

	h.Publish(t.Context(), "room", hub.Change{Verb: hub.Created, ID: 5}, hub.Users(1), member.Conn)
	h.Publish(t.Context(), "room", hub.Change{Verb: hub.Updated, ID: 5}, hub.Subscribers, nil)
	h.Publish(t.Context(), "room", hub.Change{Verb: hub.AddedTo, ID: 5, Data: map[string]int{"user": 9}}, hub.Users(1), nil)

	added := `{"event":"room","data":{"verb":"addedTo","id":5,"data":{"user":9}}}`
	member.wantFrames(`{"event":"room","data":{"verb":"updated","id":5}}`, added)
	idle.wantFrames(added)
	stranger.wantFrames()
	h.Publish(t.Context(), "room", hub.Change{Verb: hub.Created, ID: 6}, hub.Users(), nil)
	member.wantFrames()
}
