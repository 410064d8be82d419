package chat

import (
	"testing"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/live/wire"
	"hubbub/web/jstest"
)

func TestMessagesAreGroupedAsByScripts(t *testing.T) {
	start := time.Unix(1e9, 0)
	for _, c := range jstest.Rules[struct {
		Sender, Before int64
		Seconds        int
		Quotes         bool
		Grouped        bool
	}](t, "groups") {
		before := Message{Sender: account.Profile{ID: c.Before}, CreatedAt: wire.Time(start)}
		m := Message{Sender: account.Profile{ID: c.Sender}, CreatedAt: wire.Time(start.Add(time.Duration(c.Seconds) * time.Second))}
		if c.Quotes {
			m.ReplyTo = &Quote{}
		}
		if got := m.follows(before); got != c.Grouped {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
