package collab

import (
	"strconv"
	"strings"
	"time"

	"hubbub/internal/account"
	"hubbub/web"
)

// permissionText describes what a reader with the role may do.
func (r Role) permissionText() string {
	switch r {
	case Owner:
		return "You’re an owner"
	case Editor:
		return "You can edit"
	}
	return "You can read"
}

// label returns the role's name.
func (r Role) label() string {
	switch r {
	case Owner:
		return "Owner"
	case Editor:
		return "Editor"
	}
	return "Viewer"
}

func (v Visibility) label() string {
	if v == Everyone {
		return "Everyone"
	}
	return "Private"
}

// description describes the visibility in a sentence.
func (v Visibility) description() string {
	if v == Everyone {
		return "Anyone who is signed in can read and comment."
	}
	return "Only members can see it."
}

func (v Visibility) icon() string {
	if v == Everyone {
		return "users"
	}
	return "lock"
}

func (d Document) editedAt() time.Time { return time.Time(d.UpdatedAt) }

// preview returns the excerpt without the title, which many texts begin with.
func (d Document) preview() string {
	return strings.TrimSpace(strings.TrimPrefix(d.Excerpt, d.Title))
}

func (d Document) rowID() string { return "document-" + decimal(d.ID) }

// tone highlights documents that a user has open.
func (d Document) tone() web.Tone {
	if len(d.Here) > 0 {
		return web.ToneInfo
	}
	return web.TonePlain
}

// countText returns the number of listed documents, "50+ documents" if there are more.
func (s List) countText() string {
	switch n := len(s.Documents); {
	case s.More:
		return strconv.Itoa(n) + "+ documents"
	case n == 1:
		return "1 document"
	default:
		return strconv.Itoa(n) + " documents"
	}
}

func avatarOf(p account.Profile, size web.AvatarSize) web.AvatarProps {
	return web.AvatarProps{Name: p.FullName, Hue: p.Hue, Size: size, Person: p.ID}
}

const mostFaces = 4 // avatars in a row

// faces returns the avatars of the first few people, and how many people are left.
func faces(people []account.Profile) (few []web.AvatarProps, more int) {
	for i, p := range people {
		if i == mostFaces {
			return few, len(people) - mostFaces
		}
		face := avatarOf(p, web.AvatarMedium)
		face.Alone = true
		few = append(few, face)
	}
	return few, 0
}

func decimal(id int64) string { return strconv.FormatInt(id, 10) }

// authorsText names the authors of what is new in a version.
func (v Version) authorsText() string {
	if len(v.Authors) == 0 {
		return ""
	}
	names := make([]string, len(v.Authors))
	for i, p := range v.Authors {
		names[i] = p.FullName
	}
	return " · " + strings.Join(names, ", ")
}
