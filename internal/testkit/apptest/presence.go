package apptest

import (
	"fmt"
	"time"

	"hubbub/internal/presence"
)

// FastPresence makes presence about twenty times as fast as the default. The TTL of a node
// is longer, because heartbeats are late on a busy machine.
func FastPresence(c *Config) {
	c.Presence = presence.Timing{
		Grace: 250 * time.Millisecond, Beat: 100 * time.Millisecond, TTL: 2 * time.Second, Pace: 10 * time.Millisecond,
	}
}

// FastPagePresence is FastPresence for tests of pages: a user with hidden tabs only is
// away after a tenth of a second, and no user is away for being idle.
func FastPagePresence(c *Config) {
	FastPresence(c)
	c.Presence.Idle, c.Presence.Hidden = time.Hour, 100*time.Millisecond
}

const sidebarMark = `#sidebar-people .avatar[data-person="%d"][data-presence="%s"]`

// WantInSidebar waits until the sidebar shows the user with the status.
func (p Tab) WantInSidebar(id int64, status string) Tab {
	p.Want(fmt.Sprintf(sidebarMark, id, status))
	p.WantText(fmt.Sprintf(`#sidebar-people [data-presence-word="%d"]`, id), status)
	return p
}

// WantOnline waits until the heading shows n users online.
func (p Tab) WantOnline(n int) Tab {
	p.WantText("#sidebar-people .nav-head", fmt.Sprintf("%d online", n))
	return p
}
