package web

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// AvatarSize is the size of an avatar.
type AvatarSize string

// The empty size is 24 px.
const (
	AvatarSmall  AvatarSize = "sm" // 20 px
	AvatarMedium AvatarSize = "md" // 28 px
	AvatarLarge  AvatarSize = "lg" // 36 px
	AvatarHuge   AvatarSize = "xl" // 44 px
)

// Presence is the mark on an avatar's corner; the empty one shows none.
type Presence string

// The words are also read by screen readers.
const (
	Online    Presence = "online"
	Away      Presence = "away"
	Busy      Presence = "busy" // do not disturb
	Offline   Presence = "offline"
	Invisible Presence = "invisible" // only the user sees it; for others they are offline
)

// AvatarProps describe a user's avatar.
type AvatarProps struct {
	Name     string // its initials are shown
	Hue      int    // 1–8: the user's colour on all pages
	Size     AvatarSize
	Presence Presence
	Person   int64 // the user's id, by which scripts find all their avatars; 0: none
	Alone    bool  // there is no name beside the avatar, so its label has the name
}

// label is the accessible name of an avatar without a name beside it.
func (p AvatarProps) label() string {
	if p.Presence == "" {
		return p.Name
	}
	return p.Name + ", " + string(p.Presence)
}

// Initials returns the first letters of the first two words: SR for
// "Sam Rivera".
func Initials(name string) string {
	var initials strings.Builder
	for i, word := range strings.Fields(name) {
		if i == 2 {
			break
		}
		first, _ := utf8.DecodeRuneInString(word)
		initials.WriteRune(unicode.ToUpper(first))
	}
	return initials.String()
}
