package notify

import (
	"fmt"
	"strconv"
	"strings"
)

// group is what a notification consists of.
type group struct {
	newest cause
	names  []string // of the actors, the latest first, each once
	actors []int64  // the ids of the same users
	causes int      // how many
}

// cause is one event of a notification, as one Send stored it.
type cause struct {
	title, titles, message, url string
	data                        map[string]any
}

// title returns the title of the newest cause, with the names of the actors and the
// number of causes filled in.
func (g group) title() string {
	line := g.newest.title
	if g.causes > 1 && g.newest.titles != "" {
		line = g.newest.titles
	}
	// The number is filled in first, because a name may contain a placeholder.
	before, after, named := strings.Cut(line, Who)
	if !named {
		return withCount(line, g.causes)
	}
	return withCount(before, g.causes) + joinNames(g.names) + withCount(after, g.causes)
}

// withCount fills in the number of causes.
func withCount(line string, n int) string { return strings.Replace(line, Many, strconv.Itoa(n), 1) }

// joinNames returns one name, two, or the first of many with the number of others.
func joinNames(names []string) string {
	switch len(names) {
	case 0:
		return "Someone"
	case 1:
		return names[0]
	case 2:
		return names[0] + " and " + names[1]
	}
	return fmt.Sprintf("%s and %d others", names[0], len(names)-1)
}

// dataFields returns the data of the notification, for programs.
func (g group) dataFields() map[string]any {
	fields := map[string]any{}
	for name, value := range g.newest.data {
		fields[name] = value
	}
	fields["url"] = g.newest.url
	fields["count"] = g.causes
	if len(g.actors) > 0 {
		fields["actorId"] = g.actors[0]
	}
	return fields
}
