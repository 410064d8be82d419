package web

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// AvatarSize is how large an avatar is drawn.
type AvatarSize string

// The empty size is 24 px.
const (
	AvatarSmall  AvatarSize = "sm" // 20 px
	AvatarMedium AvatarSize = "md" // 28 px
	AvatarLarge  AvatarSize = "lg" // 36 px
	AvatarHuge   AvatarSize = "xl" // 44 px
)

// Presence is the mark on an avatar's corner; empty shows none.
type Presence string

// The words are also what a screen reader says.
const (
	Online    Presence = "online"
	Away      Presence = "away"
	Busy      Presence = "busy" // not to be disturbed
	Offline   Presence = "offline"
	Invisible Presence = "invisible" // offline to others: only oneself is shown it
)

// AvatarProps describe a person's square.
type AvatarProps struct {
	Name     string // gives the initials
	Hue      int    // 1–8: the person's colour everywhere
	Size     AvatarSize
	Presence Presence
	Person   int64 // the user's id, so that scripts can find all their avatars; 0: unmarked
	Alone    bool  // no name stands beside it, so it says the name itself
}

// label is what a lone avatar is called.
func (p AvatarProps) label() string {
	if p.Presence == "" {
		return p.Name
	}
	return p.Name + ", " + string(p.Presence)
}

// Initials are the first letters of the first two words: "Sam Rivera" is SR.
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
