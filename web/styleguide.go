package web

import "github.com/a-h/templ"

// Section is a part of the styleguide, such as a feature's own components.
type Section struct {
	Title string
	Body  templ.Component
	Wide  bool // spans two columns
}

// swatches are the colour tokens that the styleguide shows.
var swatches = []string{
	"bg", "panel", "raised", "sunken", "text", "text-2", "text-3", "accent", "accent-soft",
	"ok-solid", "ok-soft", "warn-dot", "warn-soft", "bad-solid", "bad-soft", "mark",
}

// cast are the styleguide's users.
var cast = []AvatarProps{
	{Name: "Sam Rivera", Hue: 6, Presence: Online},
	{Name: "Maya Okafor", Hue: 7, Presence: Online},
	{Name: "Jonas Lind", Hue: 2, Presence: Away},
	{Name: "Priya Raman", Hue: 8, Presence: Online},
	{Name: "Theo Martin", Hue: 4, Presence: Online},
	{Name: "Lin Wei", Hue: 1, Presence: Online},
	{Name: "Amara Diallo", Hue: 5, Presence: Offline},
}

// castIn returns the cast's avatars in one size, labelled with their names.
func castIn(size AvatarSize, presence bool) []AvatarProps {
	people := make([]AvatarProps, 0, len(cast))
	for _, person := range cast {
		person.Size, person.Alone = size, true
		if !presence {
			person.Presence = ""
		}
		people = append(people, person)
	}
	return people
}

// sharedSections returns the sections of this package.
func sharedSections() []Section {
	return []Section{
		{Title: "Colors", Body: colourSample(), Wide: true},
		{Title: "Type", Body: typeSample()},
		{Title: "Buttons", Body: buttonSample()},
		{Title: "Badges and counts", Body: markSample()},
		{Title: "People", Body: peopleSample()},
		{Title: "Connection", Body: connectionSample()},
		{Title: "Field", Body: fieldSample()},
		{Title: "Navigation", Body: navSample()},
		{Title: "Notifications", Body: noticeSample()},
		{Title: "Search results", Body: hitSample()},
		{Title: "Tile", Body: tileSample()},
		{Title: "Empty", Body: emptySample()},
		{Title: "Loading", Body: Skeleton("Loading messages (example)", 3)},
		{Title: "Error", Body: errorSample()},
		{Title: "Offline", Body: offlineSample()},
		{Title: "Notes and dialogs", Body: noteSample()},
		{Title: "Toasts", Body: toastSample()},
	}
}
