package notify

import (
	"fmt"
	"strconv"
	"strings"
)

// group is what a notification is made of.
type group struct {
	newest cause
	names  []string // of the people whose doing it is, the latest first, each once
	actors []int64  // the same people
	causes int
}

// cause is one of the things that a notification tells of.
type cause struct {
	title, titles, message, url string
	data                        map[string]any
}

// title is the line of the newest cause, with the people and their number in it.
func (g group) title() string {
	line := g.newest.title
	if g.causes > 1 && g.newest.titles != "" {
		line = g.newest.titles
	}
	// A name is put in last: it may itself look like one of ours.
	before, after, named := strings.Cut(line, Who)
	if !named {
		return counted(line, g.causes)
	}
	return counted(before, g.causes) + who(g.names) + counted(after, g.causes)
}

func counted(line string, n int) string { return strings.Replace(line, Many, strconv.Itoa(n), 1) }

// who names people: one, two, or the first of many.
func who(names []string) string {
	switch len(names) {
	case 0:
		return "Somebody"
	case 1:
		return names[0]
	case 2:
		return names[0] + " and " + names[1]
	}
	return fmt.Sprintf("%s and %d others", names[0], len(names)-1)
}

// facts are what programs get to know of it.
func (g group) facts() map[string]any {
	facts := map[string]any{}
	for name, value := range g.newest.data {
		facts[name] = value
	}
	facts["url"] = g.newest.url
	facts["count"] = g.causes
	if len(g.actors) > 0 {
		facts["actorId"] = g.actors[0]
	}
	return facts
}
