package hub_test

import (
	"testing"

	"hubbub/internal/live/hub"
	"hubbub/internal/live/wire"
)

func TestDigestIsOneFramePerConnection(t *testing.T) {
	h := newHub(t, hub.Config{QueueFrames: 2})
	alice := open(t, h, hub.Identity{UserID: 1}).join(h, "a")
	bob := open(t, h, hub.Identity{UserID: 2, HTML: true}).join(h, "a")
	carol := open(t, h, hub.Identity{UserID: 3}).join(h, "a")
	tab := open(t, h, hub.Identity{UserID: 3}).join(h, "a")
	dave := open(t, h, hub.Identity{}).join(h, "a")
	other := open(t, h, hub.Identity{UserID: 4})
	one, two, three := event("x", 1), event("x", 2), event("x", 3)
	two.HTML, two.Skip = fragment("<p>"), 1

	h.SendDigest(t.Context(), []hub.DigestEvent{{Event: one}, {Event: two}, {Event: three, Only: 3}}, tab.Conn, "a")

	first := `{"event":"x","room":"a","data":1}`
	alice.wantFrames(first)
	bob.wantFrames(first + "\n" + `{"event":"x","room":"a","data":2,"html":"<p>"}`)
	carol.wantFrames(first + "\n" + `{"event":"x","room":"a","data":2}` + "\n" + `{"event":"x","room":"a","data":3}`)
	dave.wantFrames(first + "\n" + `{"event":"x","room":"a","data":2}`)
	tab.wantFrames()
	other.wantFrames()
}

func TestDigestIsNotSentWhenEmptyForTheUser(t *testing.T) {
	h := newHub(t, hub.Config{})
	alice := open(t, h, hub.Identity{UserID: 1}).join(h, "a")
	others := event("x", 1)
	others.Skip = 1
	h.SendDigest(t.Context(), []hub.DigestEvent{{Event: others}, {Event: event("x", 2), Only: 2}}, nil, "a")
	alice.wantFrames()
}

func TestDigestsDoNotReplaceEachOther(t *testing.T) {
	h := newHub(t, hub.Config{QueueFrames: 2})
	alice := open(t, h, hub.Identity{UserID: 1}).join(h, "a")
	state := []hub.DigestEvent{{Event: hub.Event{Name: "x", Class: hub.State, Data: 1}}}
	h.SendDigest(t.Context(), state, nil, "a")
	h.SendDigest(t.Context(), state, nil, "a")
	alice.wantFrames(`{"event":"x","room":"a","data":1}`, `{"event":"x","room":"a","data":1}`)
	for range 3 {
		h.SendDigest(t.Context(), state, nil, "a")
	}
	alice.wantClosed(wire.CloseTooSlow)
}
