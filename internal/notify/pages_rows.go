package notify

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"hubbub/internal/account"
	"hubbub/web"
)

// The lists of a page, as in its data-notices: what is not snoozed, and what is.
const (
	awake  = "awake"
	asleep = "asleep"
)

func (n Notice) list() string {
	if n.SnoozedUntil != nil {
		return asleep
	}
	return awake
}

func (n Notice) rowID() string { return "notice-" + decimal(n.ID) }
func (n Notice) path() string  { return "/notifications/" + decimal(n.ID) }

// icons are shown for notifications without an actor.
var icons = map[Type]string{
	Mention: "at-sign", Direct: "message-square", Reply: "reply", Reaction: "smile",
	Invite: "user-plus", Order: "receipt", Search: "search", Comment: "file-text",
}

func (n Notice) props() web.NoticeProps {
	p := web.NoticeProps{
		Href: n.path(), Icon: icons[n.Type], Tone: web.ToneInfo, At: time.Time(n.CreatedAt),
		Excerpt: n.Message, Unread: !n.Read && n.SnoozedUntil == nil,
	}
	if len(n.Actors) == 0 {
		return p
	}
	p.Person = new(avatar(n.Actors[0]))
	if len(n.Actors) > 1 {
		p.Other = new(avatar(n.Actors[1]))
	}
	if n.Message != "" {
		p.Excerpt = "“" + n.Message + "”"
	}
	return p
}

func avatar(p account.Profile) web.AvatarProps {
	return web.AvatarProps{Name: p.FullName, Hue: p.Hue, Size: web.AvatarMedium, Person: p.ID}
}

// splitName splits a title after the name of the first actor, if it begins with it.
func (n Notice) splitName() (name, rest string) {
	if len(n.Actors) > 0 && strings.HasPrefix(n.Title, n.Actors[0].FullName) {
		return n.Actors[0].FullName, strings.TrimPrefix(n.Title, n.Actors[0].FullName)
	}
	return "", n.Title
}

// list returns the value of data-notices, by which new rows find the list.
func (l listing) list() string {
	if l.show == ShowSnoozed {
		return asleep
	}
	return awake
}

func (l listing) href(path string) string {
	href := fmt.Sprintf("%s?show=%s&limit=%d", path, l.show, l.size)
	if l.before > 0 {
		href += "&before=" + decimal(l.before)
	}
	return href
}

// olderHref returns the URL of the next page, with older notifications.
func (l listing) olderHref() string {
	l.before = l.notices[len(l.notices)-1].ID
	return l.href("/notifications")
}

// listSegments returns links to the lists, with the same page size.
func listSegments(current Show, size int, lists ...Show) []web.Segment {
	labels := map[Show]string{ShowAll: "All", ShowUnread: "Unread", ShowSnoozed: "Snoozed"}
	var all []web.Segment
	for _, show := range lists {
		all = append(all, web.Segment{
			Label: labels[show], On: show == current, Href: "/notifications?show=" + string(show),
			Attrs: templ.Attributes{"data-source": listing{show: show, size: size}.href("/notifications/list")},
		})
	}
	return all
}

func (b Bell) count() string { return web.CountProps{N: b.Unread}.Text() }

// bellAttributes are the attributes of the bell for scripts and screen readers.
func bellAttributes(b Bell) templ.Attributes {
	label, newest := "Notifications", int64(0)
	if b.Unread > 0 {
		label = fmt.Sprintf("Notifications, %d unread", b.Unread)
	}
	if len(b.Latest) > 0 {
		newest = b.Latest[0].ID
	}
	return templ.Attributes{"id": "bell", "aria-label": label, "data-unread": strconv.Itoa(b.Unread), "data-newest": decimal(newest)}
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
